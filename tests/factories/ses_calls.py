"""Keyword arguments for boto3's sesv2 calls."""

from __future__ import annotations

import json

SENDER = "news@postroom.example"


def tag_list(tags):
    return [{"Name": name, "Value": value} for name, value in tags.items()]


def simple_send(to="anna@example.org", *, sender=SENDER, subject="Hello", html="<p>Hi</p>", tags=None, **extra):
    body = {"Text": {"Data": "Hi"}, "Html": {"Data": html}}
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": subject}, "Body": body}},
        "EmailTags": tag_list(tags or {}),
        **extra,
    }


def bulk_entry(to="anna@example.org", *, values=None, tags=None, headers=None):
    return {
        "Destination": {"ToAddresses": [to]},
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(values or {})}},
        "ReplacementTags": tag_list(tags or {}),
        "ReplacementHeaders": tag_list(headers or {}),
    }


def bulk_send(entries, *, sender=SENDER, subject="Hello", html="<p>Hi</p>", headers=None, **extra):
    template = {
        "TemplateContent": {"Subject": subject, "Html": html, "Text": "Hi"},
        "TemplateData": "{}",
        "Headers": tag_list(headers or {}),
    }
    return {
        "FromEmailAddress": sender,
        "DefaultContent": {"Template": template},
        "BulkEmailEntries": entries,
        **extra,
    }


def statuses(reply):
    return [result["Status"] for result in reply["BulkEmailEntryResults"]]
