"""A double of Amazon SES v2: a real HTTP server that unmodified boto3 talks to.

Knows nothing of Django or of Postroom's database. Listens on loopback only. What it
accepted is written to an append-only log, which tests treat as the judge.
"""
