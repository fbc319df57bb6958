"""What the API takes. Unknown fields are refused by name, so that a misspelt one is not silently nothing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from campaigns.transactional.orders import MAX_RECIPIENTS

_ONE_LINE = r"^[^\x00-\x1f\x7f\x80-\x9f\u2028\u2029]*$"
_LOOKS_LIKE_HTML = re.compile(r"<(?:!doctype|html|body|p|br|div|table|h[1-6]|a|ul|ol|span|b|i|strong|em|img)\b", re.I)
MAX_BODY_CHARS = 1_000_000
MAX_FILES = 20
MOST_PER_PAGE = 500

Email = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=_ONE_LINE)]
Line = Annotated[str, StringConstraints(max_length=300, pattern=_ONE_LINE)]
Name = Annotated[str, StringConstraints(max_length=120, pattern=_ONE_LINE)]
Text = Annotated[str, StringConstraints(max_length=MAX_BODY_CHARS)]
Value = str | bool | int | float | None
Values = Annotated[dict[str, Value], Field(max_length=200)]
BodyKind = Literal["markdown", "html", "mjml"]


class _Body(Schema):
    model_config = ConfigDict(extra="forbid")


def _wrong(field: str, detail: str, *, code: str) -> PydanticCustomError:
    """What fields do not agree on, said of the one that is to be mended."""
    return PydanticCustomError(code, detail, {"field": field})


class AttachmentIn(_Body):
    """A file, in base64. With a `content_id` such as logo@example.org the HTML shows it as `cid:logo@example.org`."""

    filename: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_ONE_LINE)]
    content: str = Field(description="The file's bytes in base64.")
    content_type: Annotated[str, StringConstraints(max_length=130, pattern=_ONE_LINE)] = ""
    content_id: Annotated[str, StringConstraints(max_length=120, pattern=_ONE_LINE)] = ""


class RecipientIn(_Body):
    """One person. Values become attributes of the contact, as those of an import do."""

    email: Email
    first_name: Name | None = None
    last_name: Name | None = None
    values: Values = {}


class _Sent(_Body):
    """What campaigns and messages share: the sender, the way out, the files."""

    from_email: Email
    from_name: Name = ""
    reply_to: Email | None = None
    relay: str | int | None = Field(
        None,
        description="A relay set up in Postroom, by its name or number. Left out, and ses too: the account that comes first; "
        "the answer says which.",
    )
    ses: bool = Field(default=False, description="Send through Amazon SES.")
    attachments: Annotated[list[AttachmentIn], Field(max_length=MAX_FILES)] = []


class CampaignIn(_Sent):
    """A campaign that starts at once, to one list, one segment, or the people written out here."""

    campaign_name: Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=_ONE_LINE)]
    subject: Annotated[Line, Field(min_length=1)]
    body: Annotated[Text, Field(min_length=1, description="Liquid: Dear {{first_name}}, ...")]
    body_kind: BodyKind | None = Field(None, description="Left out: html where it has HTML tags, else markdown.")
    text_body: Text = ""
    contact_list: str | int | None = Field(None, alias="list", description="A list, by its name or number.")
    segment: str | int | None = Field(None, description="A segment, by its name or number.")
    recipients: list[RecipientIn] | None = None
    smtp_server: Annotated[str, StringConstraints(max_length=253, pattern=_ONE_LINE)] | None = Field(
        None, description="Instead of relay or ses: a server of your own, as host or host:port."
    )
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    smtp_username: Annotated[str, StringConstraints(max_length=320, pattern=_ONE_LINE)] = ""
    smtp_password: Annotated[str, StringConstraints(max_length=1000, pattern=_ONE_LINE)] = ""

    @model_validator(mode="after")
    def _one_audience(self) -> CampaignIn:
        given = [name for name in ("contact_list", "segment", "recipients") if getattr(self, name) is not None]
        if not given:
            detail = "Say to whom: give exactly one of list, segment and recipients. Left out, it is not everybody."
            raise _wrong("recipients", detail, code="missing")
        if len(given) > 1:
            raise _wrong(given[-1], "Give exactly one of list, segment and recipients.", code="one_of")
        most = settings.API_MAX_RECIPIENTS
        if self.recipients is not None and not 1 <= len(self.recipients) <= most:
            detail = f"Between 1 and {most} recipients in one request; use a list for more."
            raise _wrong("recipients", detail, code="count")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> CampaignIn:
        if sum((self.relay is not None, self.smtp_server is not None, self.ses)) > 1:
            raise _wrong(
                "ses" if self.ses else "smtp_server", "Give at most one of relay, ses and smtp_server.", code="one_of"
            )
        if self.smtp_server is None and (self.smtp_username or self.smtp_password or self.smtp_port is not None):
            detail = "smtp_username, smtp_password and smtp_port belong to a server: name it here, or leave them out."
            raise _wrong("smtp_server", detail, code="missing")
        return self


class MessageIn(_Sent):
    """One message to one person, or a few who get a mail each; from a template, or written here."""

    to: Email | Annotated[list[Email], Field(min_length=1, max_length=MAX_RECIPIENTS)]
    template: str | int | None = Field(None, description="A template, by its name or number.")
    subject: Line | None = None
    body: Text | None = None
    body_kind: BodyKind | None = None
    text_body: Text = ""
    values: Values = {}

    @model_validator(mode="after")
    def _one_wording(self) -> MessageIn:
        if self.template is not None and (self.subject is not None or self.body is not None):
            raise _wrong("template", "Give either a template, or a subject and a body.", code="one_of")
        if self.template is None and (self.subject is None or self.body is None):
            detail = "A message without a template has both a subject and a body."
            raise _wrong("body" if self.body is None else "subject", detail, code="missing")
        if self.relay is not None and self.ses:
            raise _wrong("ses", "Give at most one of relay and ses.", code="one_of")
        return self


class ConsentIn(_Body):
    """That the person agreed to get mail: to what, and when."""

    wording: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    at: datetime | None = Field(None, description="With its zone; left out: now.")
    contact_list: str | int | None = Field(None, alias="list", description="The list it is for; left out: all mail.")


class ContactIn(_Body):
    """A person by address. What is left out stays as it is; lists and tags are added to those that are there."""

    email: Email
    first_name: Name | None = None
    last_name: Name | None = None
    time_zone: Annotated[str, StringConstraints(max_length=60, pattern=_ONE_LINE)] | None = None
    attributes: Values = {}
    lists: Annotated[list[str | int], Field(max_length=50)] = []
    tags: Annotated[list[Name], Field(max_length=50)] = []
    consent: ConsentIn | None = None


class ListIn(_Body):
    """A list to put people on."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_ONE_LINE)]
    description: Line = ""


class SuppressionIn(_Body):
    """An address that shall get no mail."""

    email: Email
    reason: Literal["manual", "unsubscribe"] = "manual"
    note: Line = ""


class PageQuery(_Body):
    """Which page of a long list."""

    cursor: Annotated[str, StringConstraints(max_length=100)] = Field("", description="next_cursor of the page before.")
    limit: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 100


class ContactQuery(PageQuery):
    """Which contacts; left out: all."""

    email: Annotated[str, StringConstraints(max_length=320)] = ""
    contact_list: Name = Field("", alias="list", description="A list, by its name or number.")


class AddressQuery(_Body):
    """An address to ask about."""

    email: Email


class ReleaseQuery(AddressQuery):
    """An address to let go, and why."""

    why: Annotated[Line, Field(min_length=1)]


def kind_of(body: str, kind: BodyKind | None) -> str:
    """What a body is written in, told from its look where the program does not say."""
    return kind or ("html" if _LOOKS_LIKE_HTML.search(body) else "markdown")


def as_text(value: Value) -> str:
    """A value as contacts keep it: yes and no for truth, plain decimals for numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
