"""SES's SMTP endpoint on loopback: logins of IAM users, their policies on From, and mail that goes on to the double."""
