"""The mail that asks whether it was really them: one delivery in the ledger, on the path that tests take.

It holds nothing that was typed into the form: else anybody could have us write their words to a stranger.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.messages.compile import compile_message
from campaigns.messages.models import MessageContent, MessageVersion
from campaigns.messages.services import house_layout, layout_values
from campaigns.messages.source import LayoutValues, MessageSource
from campaigns.messages.variables import all_names, variables_of_message
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.signup.links import confirm_url
from portal.errors import InvalidInput
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from campaigns.signup.models import SignupForm, SignupRequest

GIVEN = frozenset({"confirm_url", "address"})
SAMPLE_URL = "https://example.org/confirm"
_SAMPLE_VALUES = {"confirm_url": SAMPLE_URL, "address": "anna.berg@example.org"}


def default_subject(language: str) -> str:
    """What a new form's mail is called."""
    with translation.override(language):
        return _("Please confirm your address")


def default_body(language: str) -> str:
    """What a new form's mail says, in Markdown."""
    with translation.override(language):
        asks = _("Somebody, we hope you, has asked us to write to this address. Was it you? Then please confirm it:")
        button = _("Yes, it was me")
        ignore = _("If not, do nothing: without your confirmation we will not write to you again.")
    return f'{asks}\n\n[{button}]({{{{ confirm_url }}}} "button")\n\n{ignore}'


def check_message(*, subject: str, body: str) -> None:
    """Raise TemplateInvalid or InvalidInput, with what is wrong, when the mail could not be sent like this."""
    source = _source(subject, body, LayoutValues())
    shown = compile_message(source).render(_SAMPLE_VALUES).html
    if unknown := sorted(all_names(variables_of_message(source)) - GIVEN):
        raise InvalidInput(
            _("This mail knows nothing of “%s”: all it has is {{ confirm_url }}, the link.") % ", ".join(unknown)
        )
    if SAMPLE_URL not in shown:
        raise InvalidInput(_("The link {{ confirm_url }} is missing: without it nobody can confirm."))


def sample_html(form: SignupForm) -> str:
    """The mail as it will look, with a link that leads nowhere. Raises TemplateInvalid."""
    source = _source(form.confirmation_subject, form.confirmation_body, _layout(form))
    return compile_message(source).render(_SAMPLE_VALUES).html


def send_confirmation(request: SignupRequest) -> Campaign:
    """Send the link to whom the request is of; call it in the transaction that keeps the request."""
    form = request.form
    mail = Campaign.objects.create(
        name=form.title[:150], campaign_kind=CampaignKind.CONFIRMATION, status=CampaignStatus.PENDING,
        account=form.account, from_name=form.from_name, from_address=form.from_address, reply_to=form.reply_to,
        kind=MessageContent.Kind.MARKDOWN, subject=form.confirmation_subject, test_recipient=request.address,
        given_values={"confirm_url": confirm_url(request.pk)}, version=_frozen(form), started_at=timezone.now(),
    )  # fmt: skip
    Campaign.objects.filter(pk=mail.pk).update(send_after=Now() - timedelta(seconds=1))
    publish(TaskName.PLAN_CAMPAIGN, campaign_id=mail.pk)
    return mail


def _frozen(form: SignupForm) -> MessageVersion:
    """The wording as it is now; the form's last one while nothing has changed, so that it is compiled once."""
    wanted = MessageVersion(
        kind=MessageContent.Kind.MARKDOWN, subject=form.confirmation_subject, body=form.confirmation_body,
        layout=asdict(_layout(form)),
    )  # fmt: skip
    last = form.requests.filter(confirmation__isnull=False).order_by("-pk").select_related("confirmation__version")
    kept = next((request.confirmation.version for request in last[:1] if request.confirmation), None)
    if kept is not None and (kept.subject, kept.body, kept.layout) == (wanted.subject, wanted.body, wanted.layout):
        return kept
    wanted.save()
    return wanted


def _layout(form: SignupForm) -> LayoutValues:
    """The house layout without the link to unsubscribe: nobody is on a list yet."""
    return replace(layout_values(house_layout()), unsubscribe_label="", language=form.language)


def _source(subject: str, body: str, layout: LayoutValues) -> MessageSource:
    return MessageSource(subject=subject, kind="markdown", body=body, layout=replace(layout, unsubscribe_label=""))
