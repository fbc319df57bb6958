"""What happens next with a delivery that stands where it stands, in words for the person who looks at it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from campaigns.sending.states import DeliveryState, Reason

_BY_REASON = {
    Reason.MISSING_VALUE: _("Give the field a default in the message, or fill it in."),
    Reason.CONTACT_GONE: _("Nothing: the person was removed."),
    Reason.LEFT_LIST: _("Nothing: they left the list after the people of the campaign were settled."),
    Reason.FORGOTTEN: _("Nothing: the person was forgotten and gets no mail."),
    Reason.FILE_MISSING: _("Upload the person's file with a copy of the campaign, and send it to them."),
    Reason.RENDERING_FAILED: _("Mend the message and send to the failed again."),
    Reason.TRIED_TOO_OFTEN: _("No further attempt; look at the answer, then send again."),
    Reason.MAILBOX_UNKNOWN: _("Gets no more mail from now on."),
    Reason.SES_SUPPRESSED: _("Gets no more mail from now on."),
    Reason.COMPLAINED: _("Gets no more mail from now on."),
    Reason.NOT_VERIFIED: _("Verify the From address in SES, then resume."),
    Reason.SENDING_PAUSED: _("Goes on by itself when sending is open again."),
    Reason.QUOTA_REACHED: _("Goes on by itself as the quota frees."),
    Reason.THROTTLED: _("Goes on by itself, a little slower."),
    Reason.NOT_ACCEPTED: _("Is sent once more by itself: nothing was sent before."),
    Reason.SENT_AGAIN: _("Is sent once more, as a person decided."),
    Reason.NOT_TRIED: _("Goes on by itself: nothing was sent yet."),
    Reason.RECIPIENT_REFUSED: _("Look at the relay's answer; the address may be wrong."),
    Reason.TAKEN_AS_SENT: _("Nothing more is tried; news of SES still counts."),
    Reason.LEFT_OPEN: _("Nothing more is tried; news of SES still counts."),
}
_BY_STATE = {
    DeliveryState.BOUNCED: _("Will be written to again in the next campaign."),
    DeliveryState.DEFERRED: _("Is tried again by itself."),
    DeliveryState.UNCERTAIN: _(
        "Waits for news of SES, or for a silence that proves something; it is not sent again blindly."
    ),
    DeliveryState.REFUSED: _("Look at the answer; nothing more is tried."),
    DeliveryState.SKIPPED: _("Nothing to do."),
    DeliveryState.CANCELLED: _("Was not sent."),
}


def what_next(state: DeliveryState, reason: Reason) -> str:
    """One sentence."""
    general = str(_BY_STATE.get(state, ""))
    if state is DeliveryState.CANCELLED:
        return general
    return str(_BY_REASON.get(reason, general))
