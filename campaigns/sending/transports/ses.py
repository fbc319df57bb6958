"""Amazon SES as a transport: one bulk call for a group, one raw mail for a single recipient.

Source: SES API v2 Reference, SendBulkEmail (at most 50 entries) and SendEmail (Raw).
"""

from __future__ import annotations

import base64
import json
from json.encoder import encode_basestring_ascii as in_json
from typing import TYPE_CHECKING

from campaigns.sending.outcomes import CallResult, Outcome, all_alike
from campaigns.sending.states import DeliveryState, Reason
from campaigns.sending.transports.mime import MailMaker
from campaigns.sending.transports.ses_answers import entries_stop, entry_outcome, failed_call
from portal.aws import ses
from portal.errors import ConfigurationError, OutsideError
from portal.mail.address import format_mailbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.outcomes import Envelope, Outgoing
    from portal.mail.attachment import Attachment

DELIVERY_TAG, ATTEMPT_TAG, CAMPAIGN_TAG = "postroom_delivery", "postroom_attempt", "postroom_campaign"


class SesTransport:
    """Sends one campaign's message through the account's own SES; one HTTP request per group, never repeated.

    `images` go with every mail, shown by its HTML part; a bulk call carries them once for its whole group.
    """

    max_group = 50

    def __init__(self, message: CompiledMessage, envelope: Envelope, images: Sequence[Attachment] = ()) -> None:
        self._message = message
        self._images = images
        self._envelope = envelope
        self._from = format_mailbox(envelope.from_name, envelope.from_address)
        self._constant_part = self._encode_constant_part()
        # Made now, so that a message that cannot be made says so before anything is attempted.
        self._mails = MailMaker(message, envelope, images)

    def send(self, group: Sequence[Outgoing], *, attempt_id: int) -> CallResult:
        try:
            if len(group) == 1:
                return self._send_single(group[0], attempt_id)
            results = ses.send_bulk_email(self.bulk_body(group, attempt_id=attempt_id))
        except (OutsideError, ConfigurationError) as error:
            return failed_call(error, len(group))
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
        return f'{self._constant_part},"DefaultEmailTags":{tags},"BulkEmailEntries":[{entries}]}}'.encode()

    def _send_single(self, outgoing: Outgoing, attempt_id: int) -> CallResult:
        raw = self._mails.mail_bytes(outgoing, attempt_id=attempt_id)
        message_id = ses.send_raw_email(
            {
                "FromEmailAddress": self._from,
                "Destination": {"ToAddresses": [outgoing.address]},
                "Content": {"Raw": {"Data": base64.b64encode(raw).decode()}},
                "EmailTags": [*self._shared_tags(attempt_id), _tag(DELIVERY_TAG, outgoing.delivery_id)],
                **_configuration_set(self._envelope),
            }
        )
        return CallResult([Outcome(DeliveryState.ACCEPTED, ses_message_id=message_id)])

    def _encode_constant_part(self) -> str:
        template = self._message.bulk_template()
        content = {"Subject": template.subject, "Html": template.html, "Text": template.text}
        reply_to = self._envelope.reply_to
        request = {
            "FromEmailAddress": self._from,
            **({"ReplyToAddresses": [reply_to]} if reply_to else {}),
            **_configuration_set(self._envelope),
            "DefaultContent": {"Template": {"TemplateContent": content, "TemplateData": "{}", **self._attachments()}},
        }
        return json.dumps(request)[:-1]

    def _attachments(self) -> dict[str, list[dict[str, str]]]:
        return {"Attachments": [_attachment(image) for image in self._images]} if self._images else {}

    def _shared_tags(self, attempt_id: int) -> list[dict[str, str]]:
        return [_tag(CAMPAIGN_TAG, self._envelope.campaign_id), _tag(ATTEMPT_TAG, attempt_id)]


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


def _attachment(image: Attachment) -> dict[str, str]:
    return {
        "RawContent": base64.b64encode(image.content).decode(),
        "FileName": image.filename,
        "ContentType": image.content_type,
        "ContentDisposition": "INLINE",
        "ContentId": image.content_id,
        "ContentTransferEncoding": "BASE64",
    }


def _tag(name: str, value: int) -> dict[str, str]:
    return {"Name": name, "Value": str(value)}


def _configuration_set(envelope: Envelope) -> dict[str, str]:
    return {"ConfigurationSetName": envelope.configuration_set} if envelope.configuration_set else {}
