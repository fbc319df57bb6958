"""Amazon SES as a transport: one bulk call for a group, one raw mail for a single recipient.

Source: SES API v2 Reference, SendBulkEmail (at most 50 entries) and SendEmail (Raw).
"""

from __future__ import annotations

import json
import re
from binascii import b2a_base64
from json.encoder import encode_basestring_ascii as in_json
from typing import TYPE_CHECKING

from campaigns.sending.outcomes import CallResult, Outcome, all_alike
from campaigns.sending.states import DeliveryState, Reason
from campaigns.sending.transports.mime import CANNOT_READ_FILE, MailMaker, unreadable_file
from campaigns.sending.transports.ses_answers import entries_stop, entry_outcome, failed_call
from portal.aws import ses
from portal.errors import ConfigurationError, OutsideError
from portal.logs import correlation
from portal.mail.address import format_mailbox
from portal.mail.attachment import encode_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from campaigns.attachments.loading import PersonalFileSource
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.outcomes import Envelope, Outgoing
    from portal.aws.ses import BulkResult
    from portal.mail.attachment import Attachment, EncodedFile

GROUP_BYTES = 20_000_000  # of mail that one bulk call makes
DELIVERY_TAG, ATTEMPT_TAG, CAMPAIGN_TAG = "postroom_delivery", "postroom_attempt", "postroom_campaign"
TRACE_TAG = "postroom_trace"  # the correlation id of the click, which SES's events bring back
_TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what SES takes


class SesTransport:
    """Sends one campaign's message through the account's own SES; one HTTP request per group, never repeated.

    `files` go with every mail; a bulk call carries them once for its whole group. Where people get files of their own
    (`personal`), each mail is a call.
    """

    max_group = 50

    def __init__(
        self,
        message: CompiledMessage,
        envelope: Envelope,
        files: Sequence[Attachment | EncodedFile] = (),
        personal: PersonalFileSource | None = None,
    ) -> None:
        self._message = message
        self._files = encode_all(files)
        if self._files or personal:
            self.max_group = 1 if personal else largest_group(sum(file.wire_bytes for file in self._files))
        self._envelope = envelope
        self._from = format_mailbox(envelope.from_name, envelope.from_address)
        self._constant_part = self._encode_constant_part()
        # Made now, so that a message that cannot be made says so before anything is attempted.
        self._mails = MailMaker(message, envelope, self._files, personal)

    def send(self, group: Sequence[Outgoing], *, attempt_id: int) -> CallResult:
        try:
            if len(group) == 1:
                return self._send_single(group[0], attempt_id)
            results = ses.send_bulk_email(self.bulk_body(group, attempt_id=attempt_id))
        except (OutsideError, ConfigurationError) as error:
            return failed_call(error, len(group))
        return self._answers(group, results)

    def done(self) -> None:
        """SES needs nothing after a chunk."""

    def _answers(self, group: Sequence[Outgoing], results: list[BulkResult]) -> CallResult:
        results = results[: len(group)]
        outcomes = [entry_outcome(result) for result in results]
        stops_campaign = entries_stop(results, outcomes)
        missing = len(group) - len(outcomes)
        outcomes += all_alike(missing, DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, "SES left this entry out")
        is_throttled = any(outcome.reason == Reason.THROTTLED for outcome in outcomes)
        return CallResult(outcomes, is_throttled=is_throttled, stops_campaign=stops_campaign)

    def bulk_body(self, group: Sequence[Outgoing], *, attempt_id: int) -> bytes:
        """The JSON of one SendBulkEmail call; what is the same for the whole campaign was encoded once."""
        entries = ",".join([_entry(outgoing, self._message, self._envelope) for outgoing in group])
        tags = json.dumps(self._shared_tags(attempt_id))
        rest = f'}}}},"DefaultEmailTags":{tags},"BulkEmailEntries":[{entries}]}}'
        if not self._files:
            return f"{self._constant_part}{rest}".encode()
        return b"".join([self._constant_part.encode(), *_attachments(self._files), rest.encode()])

    def _send_single(self, outgoing: Outgoing, attempt_id: int) -> CallResult:
        try:
            body = self.raw_body(outgoing, attempt_id=attempt_id)
        except CANNOT_READ_FILE as error:
            return CallResult([unreadable_file(error)], error=str(error))
        message_id = ses.send_raw_email(body)
        return CallResult([Outcome(DeliveryState.ACCEPTED, ses_message_id=message_id)])

    def raw_body(self, outgoing: Outgoing, *, attempt_id: int) -> bytes:
        """The JSON of one SendEmail call. Raises CANNOT_READ_FILE."""
        request = {
            "FromEmailAddress": self._from,
            "Destination": {"ToAddresses": [outgoing.address]},
            "EmailTags": [*self._shared_tags(attempt_id), _tag(DELIVERY_TAG, outgoing.delivery_id)],
            **_configuration_set(self._envelope),
        }
        head = json.dumps(request)[:-1] + ',"Content":{"Raw":{"Data":"'
        mail = self._mails.mail_pieces(outgoing, attempt_id=attempt_id)
        return b"".join([head.encode(), *in_base64(mail), b'"}}}'])

    def _encode_constant_part(self) -> str:
        template = self._message.bulk_template()
        content = {"Subject": template.subject, "Html": template.html, "Text": template.text}
        reply_to = self._envelope.reply_to
        request = {
            "FromEmailAddress": self._from,
            **({"ReplyToAddresses": [reply_to]} if reply_to else {}),
            **_configuration_set(self._envelope),
            "DefaultContent": {"Template": {"TemplateContent": content, "TemplateData": "{}"}},
        }
        return json.dumps(request)[: -len("}}}")]  # within the template, for the attachments to follow

    def _shared_tags(self, attempt_id: int) -> list[dict[str, str]]:
        tags = [_tag(CAMPAIGN_TAG, self._envelope.campaign_id), _tag(ATTEMPT_TAG, attempt_id)]
        trace = correlation.get().get("correlation_id", "")
        return [*tags, _tag(TRACE_TAG, trace)] if _TAG_VALUE.fullmatch(trace) else tags


def _entry(outgoing: Outgoing, message: CompiledMessage, envelope: Envelope) -> str:
    """One recipient's part as JSON; written out by hand, because this runs once per mail."""
    data = in_json(json.dumps({**outgoing.holes, **message.bulk.constants}))
    headers = ""
    if envelope.is_one_click:
        headers = (
            f',"ReplacementHeaders":[{{"Name":"List-Unsubscribe","Value":{in_json(f"<{outgoing.unsubscribe_url}>")}}},'
            '{"Name":"List-Unsubscribe-Post","Value":"List-Unsubscribe=One-Click"}]'
        )
    return (
        f'{{"Destination":{{"ToAddresses":[{in_json(outgoing.address)}]}},'
        f'"ReplacementTags":[{{"Name":"{DELIVERY_TAG}","Value":"{outgoing.delivery_id}"}}],'
        f'"ReplacementEmailContent":{{"ReplacementTemplate":{{"ReplacementTemplateData":{data}}}}}{headers}}}'
    )


def largest_group(files_bytes: int) -> int:
    """How many mails one bulk call may make, so that SES, which works them all out, answers in time."""
    return max(1, min(SesTransport.max_group, GROUP_BYTES // max(1, files_bytes)))


def in_base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, joined, as one base64 text, made a few hundred kilobytes at a time."""
    rest = b""
    for piece in pieces:
        whole = rest + piece if rest else piece
        usable = len(whole) - len(whole) % 3
        rest = whole[usable:]
        yield b2a_base64(memoryview(whole)[:usable], newline=False)
    yield b2a_base64(rest, newline=False)


def _attachments(files: Sequence[EncodedFile]) -> Iterator[bytes]:
    """The files as JSON within the template, a block at a time."""
    yield b',"Attachments":['
    for number, file in enumerate(files):
        described = {
            "FileName": file.filename,
            "ContentType": file.content_type,
            "ContentTransferEncoding": "BASE64",
            **({"ContentId": file.content_id} if file.content_id else {}),
            "ContentDisposition": "INLINE" if file.content_id else "ATTACHMENT",
        }
        yield (", " if number else "").encode() + json.dumps(described)[:-1].encode() + b',"RawContent":"'
        yield from file.base64_blocks()
        yield b'"}'
    yield b"]"


def _tag(name: str, value: int | str) -> dict[str, str]:
    return {"Name": name, "Value": str(value)}


def _configuration_set(envelope: Envelope) -> dict[str, str]:
    return {"ConfigurationSetName": envelope.configuration_set} if envelope.configuration_set else {}
