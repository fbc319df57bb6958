"""Registers the admins of every subject: whatever `routing/<subject>/admin.py` there is."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

SUBJECTS = ("canary", "domains", "gmail", "inbound", "rules")

for subject in SUBJECTS:
    if find_spec(f"routing.{subject}.admin"):
        import_module(f"routing.{subject}.admin")
