"""An SMTP relay on loopback to try relay accounts with: what it takes can be read in the sandbox's mailbox."""
