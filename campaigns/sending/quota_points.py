"""The points of the review about what the account lets out: stopped, in SES's sandbox, spread over days, shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _, ngettext

from campaigns.messages.checks import Level, MessageCheck
from campaigns.sending.estimate import Estimate, usable_quota
from portal.wording import format_count
from portal.wording_times import format_day_and_time

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign, SendingAccount


def quota_points(campaign: Campaign, expected: Estimate) -> Iterator[MessageCheck]:
    """What the account will do with so many people."""
    account = campaign.account
    if account is None:
        return
    if not account.is_active:
        text = _("“%s” is switched off: nothing leaves through it.") % account.name
        cure = _("Choose another account to send through, or switch this one on again.")
        yield MessageCheck(Level.WARN, "account_stopped", text, cure=cure)
    elif not account.is_sending_enabled:
        text = _("SES does not let this account send: %s") % (account.problem or _("no reason given"))
        cure = _("It waits until SES opens the account again.")
        yield MessageCheck(Level.WARN, "account_stopped", text, cure=cure)
    if account.is_ses and account.refreshed_at and not account.has_production_access and not settings.SANDBOX:
        text = _("SES still has this account in its own sandbox: it writes to verified addresses only, 200 a day.")
        cure = _("Ask SES for production access before you send to others.")
        yield MessageCheck(Level.WARN, "ses_sandbox", text, cure=cure)
    yield _spread_point(account, expected)
    if expected.sharing.campaigns:
        yield MessageCheck(Level.GOOD, "shared_quota", _sharing_text(expected))


def _spread_point(account: SendingAccount, expected: Estimate) -> MessageCheck:
    if not expected.waits_for_quota:
        left = usable_quota(account)
        shown = _("without limit") if left == float("inf") else format_count(left)
        return MessageCheck(Level.GOOD, "quota", _("24-hour quota: enough (%s left).") % shown)
    text = _(
        "24-hour quota: %(people)s go out only when it frees again, from about %(from)s on, the last about %(to)s."
    )
    values = {
        "people": format_count(expected.waits_for_quota),
        "from": format_day_and_time(expected.goes_on_at),
        "to": format_day_and_time(expected.finishes_at),
    }
    cure = _("Nothing to do: it goes on by itself. Ask SES for a larger quota if that is too slow.")
    if not account.is_ses:
        cure = _("Nothing to do: it goes on by itself. The limit stands at the sending account.")
    return MessageCheck(Level.WARN, "quota", text % values, cure=cure)


def _sharing_text(expected: Estimate) -> str:
    sharing = expected.sharing
    text = ngettext(
        "%(n)d other campaign is sending through this account (%(people)s people wait in it). The times count it in.",
        "%(n)d other campaigns are sending through this account (%(people)s people wait). The times count them in.",
        sharing.campaigns,
    )
    return text % {"n": sharing.campaigns, "people": format_count(sharing.people)}
