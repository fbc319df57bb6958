"""Shapes of the sesv2 API that the double reads, as botocore sends them, and of what its SMTP endpoint hands over."""

from __future__ import annotations

from typing import TypedDict


class Content(TypedDict, total=False):
    """A subject or one part of a body."""

    Data: str
    Charset: str


class Header(TypedDict):
    """One extra header of a message."""

    Name: str
    Value: str


class Tag(TypedDict):
    """One message tag; it comes back in every event about the message."""

    Name: str
    Value: str


class Destination(TypedDict, total=False):
    """Who the message goes to."""

    ToAddresses: list[str]
    CcAddresses: list[str]
    BccAddresses: list[str]


class Body(TypedDict, total=False):
    """The parts of a simple message."""

    Text: Content
    Html: Content


class Attachment(TypedDict, total=False):
    """A file that goes with a message; botocore sends the content as base64."""

    RawContent: str
    FileName: str
    ContentType: str
    ContentDisposition: str
    ContentId: str


class SimpleMessage(TypedDict, total=False):
    """SendEmail's Content.Simple."""

    Subject: Content
    Body: Body
    Headers: list[Header]
    Attachments: list[Attachment]


class RawMessage(TypedDict):
    """SendEmail's Content.Raw: the whole message, base64."""

    Data: str


class TemplateContent(TypedDict, total=False):
    """An inline template with `{{name}}` places."""

    Subject: str
    Text: str
    Html: str


class TemplateMessage(TypedDict, total=False):
    """Content.Template of SendEmail, DefaultContent.Template of SendBulkEmail."""

    TemplateName: str
    TemplateArn: str
    TemplateContent: TemplateContent
    TemplateData: str
    Headers: list[Header]
    Attachments: list[Attachment]


class EmailContent(TypedDict, total=False):
    """SendEmail's Content: exactly one of the three."""

    Simple: SimpleMessage
    Raw: RawMessage
    Template: TemplateMessage


class SendEmailRequest(TypedDict, total=False):
    """POST /v2/email/outbound-emails."""

    FromEmailAddress: str
    Destination: Destination
    ReplyToAddresses: list[str]
    Content: EmailContent
    EmailTags: list[Tag]
    ConfigurationSetName: str


class ReplacementTemplate(TypedDict, total=False):
    """The values of one bulk entry, a JSON object as text."""

    ReplacementTemplateData: str


class ReplacementContent(TypedDict, total=False):
    """Wrapper that the API puts around the values of one bulk entry."""

    ReplacementTemplate: ReplacementTemplate


class BulkEntry(TypedDict, total=False):
    """One of at most 50 entries of a bulk call."""

    Destination: Destination
    ReplacementTags: list[Tag]
    ReplacementHeaders: list[Header]
    ReplacementEmailContent: ReplacementContent


class DefaultContent(TypedDict, total=False):
    """SendBulkEmail's DefaultContent."""

    Template: TemplateMessage


class SendBulkRequest(TypedDict, total=False):
    """POST /v2/email/outbound-bulk-emails."""

    FromEmailAddress: str
    ReplyToAddresses: list[str]
    DefaultContent: DefaultContent
    DefaultEmailTags: list[Tag]
    BulkEmailEntries: list[BulkEntry]
    ConfigurationSetName: str


class BulkResult(TypedDict, total=False):
    """What became of one bulk entry."""

    Status: str
    Error: str
    MessageId: str


class SnsDestination(TypedDict):
    """Where a configuration set publishes its events."""

    TopicArn: str


class EventDestination(TypedDict, total=False):
    """One event destination of a configuration set."""

    Name: str
    Enabled: bool
    MatchingEventTypes: list[str]
    SnsDestination: SnsDestination


class LogLine(TypedDict):
    """One accepted recipient, as written to the acceptance log."""

    at: str  # ISO 8601, UTC
    at_s: float  # seconds since the epoch
    ses_message_id: str
    address: str
    delivery: str  # our tags; "" without them
    attempt: str
    subject: str
    operation: str
    outcome: str


class SubmittedMail(TypedDict):
    """One mail as it came over SMTP: `raw` in base64, the envelope, and who logged in from where."""

    raw: str
    sender: str
    recipients: list[str]
    caller: str  # name of the IAM user
    source_ip: str


class SubmittedAnswer(TypedDict, total=False):
    """What the double says to a submitted mail: an id, or why not."""

    message_id: str
    code: str
    error: str


class LoginAnswer(TypedDict):
    """What a fault wants of a login: "" nothing, "later" or "refused"."""

    fault: str
