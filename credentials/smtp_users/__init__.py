"""SMTP users: people and machines that send through SES's SMTP endpoint with an IAM user's key of their own."""
