"""SMTP users of an older system's table."""
