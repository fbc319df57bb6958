"""The sentence of each answer to "why did they not get it?", with local times, and where to see more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.person.why import Why, WhyFacts, explain
from campaigns.suppression.models import Suppression
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_SENTENCES: dict[Why, _StrPromise] = {
    Why.NOT_AN_ADDRESS: gettext_lazy("“{address}” is not an address that mail can be sent to."),
    Why.UNKNOWN: gettext_lazy("Nobody here has the address {address}, so no campaign goes to it."),
    Why.UNKNOWN_AND_SUPPRESSED: gettext_lazy(
        "Nobody here has the address {address}; besides, it gets no mail since {since}: {because}."
    ),
    Why.UNKNOWN_AND_LISTED: gettext_lazy(
        "Nobody here has the address {address}; besides, it is on the list of SES since {listed}, so SES would hold mail to"
        " it back."
    ),
    Why.UNKNOWN_AND_LET_GO: gettext_lazy(
        "Nobody here has the address {address}, so no campaign goes to it; it was suppressed from {since} to {ended}."
    ),
    Why.FORGOTTEN: gettext_lazy(
        "{address} gets no mail: whoever had it was forgotten, and nothing else is known of them."
    ),
    Why.LISTED: gettext_lazy(
        "Nothing here stands against mail to {name}, but the address is on the list of SES since {listed}: SES holds mail"
        " back until it is taken off there."
    ),
    Why.LET_GO: gettext_lazy("Campaigns reach {name} again since {ended}; before, they got none because {because}."),
    Why.SUPPRESSED: gettext_lazy("{name} gets no campaign since {since}: {because}."),
    Why.REACHED: gettext_lazy("Campaigns reach {name}: nothing stands against it."),
    Why.NO_AUDIENCE: gettext_lazy("Nobody was chosen for “{campaign}” yet."),
    Why.WOULD_NOT_BE_CHOSEN: gettext_lazy("{name} would not get “{campaign}”: it is not for any group they are in."),
    Why.WOULD_BE_EXCLUDED: gettext_lazy("{name} would not get “{campaign}”: it leaves out {group}."),
    Why.WOULD_BE_SUPPRESSED: gettext_lazy(
        "{name} would not get “{campaign}”: they get no mail since {since}, because {because}."
    ),
    Why.WOULD_BE_HELD_BACK: gettext_lazy(
        "“{campaign}” would go to {name}, but SES would hold it back: the address is on its list since {listed}."
    ),
    Why.WOULD_MISS_VALUE: gettext_lazy(
        "{name} would not get “{campaign}”: they have no value for {fields}, which it shows without a default."
    ),
    Why.WOULD_GET: gettext_lazy("{name} would get “{campaign}”."),
    Why.STOPPED_BEFORE: gettext_lazy(
        "Nobody got “{campaign}”: it was stopped before its people were settled. {stopped_because}"
    ),
    Why.WAS_UNKNOWN: gettext_lazy("Nobody here has the address {address}, so “{campaign}” did not go to it."),
    Why.ADDED_LATER: gettext_lazy("“{campaign}” left at {planned}; {name} was added only at {added}."),
    Why.JOINED_LATER: gettext_lazy("“{campaign}” left at {planned}; {name} joined “{group}” only at {joined}."),
    Why.EXCLUDED: gettext_lazy("{name} did not get “{campaign}”: it left out {group}."),
    Why.CHOSEN_SINCE: gettext_lazy(
        "{name} is among the people of “{campaign}” now, but was not when it left at {planned}."
    ),
    Why.NOT_CHOSEN: gettext_lazy("“{campaign}” was not for any group that {name} is in."),
    Why.SKIPPED_SUPPRESSED: gettext_lazy("“{campaign}” left {name} out: they get no mail since {since}, as {because}."),
    Why.SKIPPED_SUPPRESSED_THEN: gettext_lazy(
        "“{campaign}” left {name} out at {changed}: {reason}; by now they may get mail again."
    ),
    Why.SKIPPED_MISSING_VALUE: gettext_lazy(
        "“{campaign}” left {name} out: it shows {fields} without a default, and they had no value for it."
    ),
    Why.SKIPPED: gettext_lazy("“{campaign}” left {name} out: {reason}."),
    Why.WAITS: gettext_lazy("It is not their turn yet: “{campaign}” is still being sent."),
    Why.WAITS_FOR_WINNER: gettext_lazy(
        "They are not in the A/B test of “{campaign}”: they get the version that wins, once it is chosen."
    ),
    Why.WAITS_PAUSED: gettext_lazy("It was not their turn yet when “{campaign}” was paused. {stopped_because}"),
    Why.WAITS_FAILED: gettext_lazy("It was not their turn yet when “{campaign}” failed. {stopped_because}"),
    Why.WAITS_RETRY: gettext_lazy("“{campaign}” is tried again by itself: {reason}."),
    Why.BEING_SENT: gettext_lazy("“{campaign}” is being sent to {name} at this moment."),
    Why.CANCELLED: gettext_lazy("“{campaign}” was cancelled before it was {name}’s turn."),
    Why.REFUSED: gettext_lazy("“{campaign}” could not be sent to {name} at {changed}: {reason}{words}."),
    Why.UNCERTAIN: gettext_lazy(
        "Nobody knows whether {name} got “{campaign}”: {reason}. It is not sent again blindly."
    ),
    Why.NO_ANSWER_YET: gettext_lazy("SES took “{campaign}” at {accepted}; the mailbox has not answered yet."),
    Why.DELAYED: gettext_lazy("SES took “{campaign}” at {accepted} and keeps trying: the mailbox asks to wait{words}."),
    Why.BOUNCED: gettext_lazy("“{campaign}” came back at {changed}: {reason}{words}."),
    Why.COMPLAINED: gettext_lazy("{name} got “{campaign}” and marked it as spam at {changed}."),
    Why.DELIVERED: gettext_lazy("{name} did get it: their mail server took “{campaign}” at {changed}."),
}
_BECAUSE: dict[str, _StrPromise] = {
    Suppression.Reason.BOUNCE: gettext_lazy("mail to them came back for good"),
    Suppression.Reason.COMPLAINT: gettext_lazy("they marked a mail as spam"),
    Suppression.Reason.UNSUBSCRIBE: gettext_lazy("they unsubscribed"),
    Suppression.Reason.MANUAL: gettext_lazy("somebody of us stopped it by hand"),
    Suppression.Reason.IMPORT: gettext_lazy("the address came with an imported suppression list"),
}
GOT_IT = frozenset({Why.REACHED, Why.LET_GO, Why.WOULD_GET, Why.DELIVERED})
_IN_BETWEEN = frozenset(
    {
        Why.WAITS, Why.WAITS_FOR_WINNER, Why.WAITS_PAUSED, Why.WAITS_RETRY, Why.BEING_SENT, Why.NO_ANSWER_YET, Why.DELAYED, Why.UNCERTAIN,
        Why.NO_AUDIENCE, Why.UNKNOWN_AND_LET_GO, Why.UNKNOWN, Why.WAS_UNKNOWN, Why.ADDED_LATER, Why.JOINED_LATER, Why.CHOSEN_SINCE,
        Why.NOT_CHOSEN, Why.WOULD_NOT_BE_CHOSEN, Why.SKIPPED_SUPPRESSED_THEN, Why.NOT_AN_ADDRESS,
    }
)  # fmt: skip


def tone_of(why: Why) -> str:
    """Tone of the notice around the sentence."""
    if why in GOT_IT:
        return "good"
    return "warn" if why in _IN_BETWEEN else "bad"


def sentence(facts: WhyFacts, *, name: str, address: str) -> SafeString:
    """The answer in one sentence, as HTML; `name` is how the person is called."""
    template = str(_SENTENCES[explain(facts)])
    return format_html(template, name=name or address, address=address, **_times(facts), **_words(facts))


def _times(facts: WhyFacts) -> dict[str, SafeString]:
    suppression, campaign, delivery = facts.suppression, facts.campaign, facts.delivery
    return {
        "since": local_time(suppression.since if suppression else None, "DATE_FORMAT"),
        "ended": local_time(suppression.ended_at if suppression else None, "DATE_FORMAT"),
        "listed": local_time(facts.listed_since, "DATE_FORMAT"),
        "planned": local_time(campaign.planned_at if campaign else None),
        "joined": local_time(campaign.joined_at if campaign else None),
        "added": local_time(facts.added_at),
        "changed": local_time(delivery.changed_at if delivery else None),
        "accepted": local_time(delivery.accepted_at or delivery.changed_at if delivery else None),
    }


def _words(facts: WhyFacts) -> dict[str, object]:
    campaign, delivery = facts.campaign, facts.delivery
    words = delivery.words if delivery else ""
    return {
        "campaign": campaign.name if campaign else "",
        "group": (campaign.excluded_by or campaign.joined_later) if campaign else "",
        "fields": _fields(campaign.missing_fields if campaign else ()),
        "stopped_because": campaign.stopped_because if campaign else "",
        "reason": str(delivery.reason.label) or _("no reason was given") if delivery else "",
        "words": format_html(" ({})", words) if words else "",
        "because": because(facts),
    }


def because(facts: WhyFacts) -> str:
    """Why the address gets no mail, with the mail server's words where a bounce said them."""
    suppression = facts.suppression
    if suppression is None:
        return ""
    text = str(_BECAUSE.get(suppression.reason, suppression.reason))
    is_bounce = suppression.reason == Suppression.Reason.BOUNCE
    return f"{text} (“{suppression.words}”)" if is_bounce and suppression.words else text


def _fields(names: tuple[str, ...]) -> str:
    return ", ".join(names) or _("a field")
