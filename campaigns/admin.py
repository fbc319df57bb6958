"""Registers the admins of every subject: whatever `campaigns/<subject>/admin.py` there is."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

SUBJECTS = (
    "api",
    "approval",
    "audience",
    "breakers",
    "bulk",
    "exports",
    "feedback",
    "forms",
    "guests",
    "images",
    "importing",
    "messages",
    "preferences",
    "privacy",
    "relays",
    "segments",
    "sending",
    "signup",
    "suppression",
    "webhooks",
    "transactional",
)

for subject in SUBJECTS:
    if find_spec(f"campaigns.{subject}.admin"):
        import_module(f"campaigns.{subject}.admin")
