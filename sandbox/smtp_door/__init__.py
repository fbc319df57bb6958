"""An SMTP server on loopback that takes mail in as SES's inbound endpoint does."""
