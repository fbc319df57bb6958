"""One example for each address of the API, as the reference shows it. Pure."""

from __future__ import annotations

import json
from typing import Any

EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/smtp-campaign"): {
        "campaign_name": "Spring letter",
        "subject": "News for {{first_name}}",
        "body": "<p>Dear {{first_name}}, the hall is open.</p>",
        "from_email": "news@example.org",
        "smtp_server": "smtp.gmail.com",
        "smtp_username": "news@example.org",
        "smtp_password": "an app password",
        "recipients": [{"email": "anna@example.org", "first_name": "Anna"}],
        "attachments": [{"filename": "programme.pdf", "content": "JVBERi0xLjQK"}],
    },
    ("POST", "/contacts"): {
        "email": "anna@example.org",
        "first_name": "Anna",
        "attributes": {"city": "Oldtown"},
        "lists": ["Newsletter"],
        "consent": {"wording": "Yes, send me the newsletter.", "at": "2026-11-22T10:00:00Z"},
    },
    ("POST", "/messages"): {
        "to": "anna@example.org",
        "from_email": "shop@example.org",
        "template": "Receipt",
        "values": {"number": "R-1042"},
    },
    ("POST", "/lists"): {"name": "Newsletter"},
    ("POST", "/route-decision"): {
        "address": "info+shop@example.org",
        "sender": "anna@example.org",
        "verdicts": {"spam": "FAIL"},
    },
    ("POST", "/suppressions"): {"email": "anna@example.org", "note": "Asked us by telephone."},
}
QUERIES = {
    ("GET", "/contacts"): "?limit=100",
    ("GET", "/suppressions"): "?email=anna@example.org",
    ("DELETE", "/suppressions"): "?email=anna@example.org&why=Asked+us+to",
}


def curl(method: str, path: str, *, base_url: str) -> str:
    """The request as a shell command; the key comes from the environment."""
    body = EXAMPLES.get((method, path))
    lines = [f'curl -X {method} "{base_url}{path}{QUERIES.get((method, path), "")}"']
    lines.append('-H "Authorization: Bearer $POSTROOM_KEY"')
    if body is not None:
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(body, indent=2)}'")
    return " \\\n  ".join(lines)
