"""Registers the admins of every subject: whatever `credentials/<subject>/admin.py` there is."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

SUBJECTS = ("smtp_users", "sending_domains")

for subject in SUBJECTS:
    if find_spec(f"credentials.{subject}.admin"):
        import_module(f"credentials.{subject}.admin")
