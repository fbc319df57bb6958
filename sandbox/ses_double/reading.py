"""Pure: API request bodies become letters and entries, or an error in SES's words."""

from __future__ import annotations

from sandbox.ses_double.errors import bad_request, not_found
from sandbox.ses_double.fields import (
    MOST_RECIPIENTS,
    read_destination,
    read_files,
    read_headers,
    read_tags,
    read_values,
)
from sandbox.ses_double.letter import Entry, Letter
from sandbox.ses_double.raw_message import read_raw
from sandbox.ses_double.wire import (
    BulkEntry,
    SendBulkRequest,
    SendEmailRequest,
    SimpleMessage,
    TemplateMessage,
)


def letter_from_send(request: SendEmailRequest) -> tuple[Letter, Entry]:
    """Read a SendEmail call. Raises SesError when SES would refuse its form."""
    content = request.get("Content", {})
    given = [kind for kind in ("Simple", "Raw", "Template") if kind in content]
    if len(given) != 1:
        raise bad_request("Exactly one of Simple, Raw and Template is needed in Content.")
    if "Raw" in content:
        return read_raw(request, content["Raw"]["Data"])
    if "Template" in content:
        template = content["Template"]
        letter = _template_letter("SendEmail", request, template)
        return letter, _entry(request, template.get("TemplateData", "{}"))
    return _simple_letter(request, content["Simple"]), _entry(request, "{}")


def letter_from_bulk(request: SendBulkRequest) -> Letter:
    """Read what a SendBulkEmail call's entries share. Raises SesError."""
    entries = request.get("BulkEmailEntries", [])
    if not 1 <= len(entries) <= MOST_RECIPIENTS:
        message = f"BulkEmailEntries must have 1 to {MOST_RECIPIENTS} entries."
        raise bad_request(message)
    if "Template" not in request.get("DefaultContent", {}):
        raise bad_request("DefaultContent must have a Template.")
    template = request["DefaultContent"]["Template"]
    read_values(template.get("TemplateData", "{}"))
    read_tags(request.get("DefaultEmailTags", []))
    return _template_letter("SendBulkEmail", request, template)


def entry_from_bulk(request: SendBulkRequest, entry: BulkEntry) -> Entry:
    """Read one entry of a bulk call. Raises SesError: INVALID_PARAMETER for it."""
    template = entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
    default = request["DefaultContent"]["Template"].get("TemplateData", "{}")
    values_json = template.get("ReplacementTemplateData", default)
    tags = read_tags(request.get("DefaultEmailTags", []))
    tags.update(read_tags(entry.get("ReplacementTags", [])))
    to, cc, bcc = read_destination(entry.get("Destination", {}))
    headers = read_headers(entry.get("ReplacementHeaders", []))
    values = read_values(values_json)
    return Entry(to, cc, bcc, values_json, values, headers, tags)


def _entry(request: SendEmailRequest, values_json: str) -> Entry:
    to, cc, bcc = read_destination(request.get("Destination", {}))
    tags = read_tags(request.get("EmailTags", []))
    return Entry(to, cc, bcc, values_json, read_values(values_json), (), tags)


def _simple_letter(request: SendEmailRequest, simple: SimpleMessage) -> Letter:
    body = simple.get("Body", {})
    if not body.get("Text") and not body.get("Html"):
        raise bad_request("The message has no body.")
    return Letter(
        operation="SendEmail",
        sender=request.get("FromEmailAddress", ""),
        reply_to=tuple(request.get("ReplyToAddresses", [])),
        subject=simple.get("Subject", {}).get("Data", ""),
        text=body.get("Text", {}).get("Data", ""),
        html=body.get("Html", {}).get("Data", ""),
        headers=read_headers(simple.get("Headers", [])),
        files=read_files(simple.get("Attachments", [])),
        configuration_set=request.get("ConfigurationSetName", ""),
    )


def _template_letter(
    operation: str,
    request: SendEmailRequest | SendBulkRequest,
    template: TemplateMessage,
) -> Letter:
    if "TemplateContent" not in template:
        name = template.get("TemplateName") or template.get("TemplateArn", "")
        message = f"Template {name} does not exist."
        raise not_found(message)
    content = template["TemplateContent"]
    return Letter(
        operation=operation,
        sender=request.get("FromEmailAddress", ""),
        reply_to=tuple(request.get("ReplyToAddresses", [])),
        subject=content.get("Subject", ""),
        text=content.get("Text", ""),
        html=content.get("Html", ""),
        headers=read_headers(template.get("Headers", [])),
        files=read_files(template.get("Attachments", [])),
        configuration_set=request.get("ConfigurationSetName", ""),
        is_template=True,
    )
