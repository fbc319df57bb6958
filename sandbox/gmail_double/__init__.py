"""A double of Google: consent, tokens, and the Gmail calls that put mail into a mailbox.

Knows nothing of Django or of Postroom's database. Listens on loopback only. Every import it took is a line in an
append-only log, which tests treat as the judge; the mailboxes keep the bytes exactly as they came.
"""
