"""What is odd about a rule, in words, and what cures it with one click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.mail.address import display_address
from routing.rules.cautions import Oddity

if TYPE_CHECKING:
    from routing.rules.cautions import Caution


@dataclass(frozen=True, slots=True)
class Cure:
    """What cures it: a deed that is posted to `url`, or a page to go to when `deed` is empty."""

    label: str
    url: str
    deed: str = ""
    subject: str = ""
    permission: str = "routing.change_routingrule"


@dataclass(frozen=True, slots=True)
class ShownCaution:
    """A caution as a page shows it."""

    text: str
    cure: Cure


def caution_words(caution: Caution, rule_id: int) -> ShownCaution:
    """The sentence and the cure; `rule_id` 0 is the last row."""
    return _WORDS[caution.oddity](caution, rule_id)


def _shadowed(caution: Caution, rule_id: int) -> ShownCaution:
    words = {"number": caution.number, "taken_by": caution.taken_by}
    text = _("Choice %(number)d can never be reached: choice %(taken_by)d takes all its mail first.") % words
    return ShownCaution(text, _without_choice(caution, rule_id))


def _impossible(caution: Caution, rule_id: int) -> ShownCaution:
    text = _("Choice %d can never be reached: no mail meets all its conditions.") % caution.number
    return ShownCaution(text, _without_choice(caution, rule_id))


def _without_choice(caution: Caution, rule_id: int) -> Cure:
    label = _("Remove choice %d") % caution.number
    return Cure(label, _cure_url(rule_id), "remove-choice", str(caution.number))


def _domain_unknown(caution: Caution, _rule_id: int) -> ShownCaution:
    text = _("%s is not among the domains that receive here: this rule may never match.") % _domain(caution)
    url = reverse("admin:routing_inbounddomain_add")
    cure = Cure(_("Add the domain"), url, "add", caution.subject, "routing.add_inbounddomain")
    return ShownCaution(text, cure)


def _domain_off(caution: Caution, _rule_id: int) -> ShownCaution:
    text = _("%s no longer receives here: this rule can never match.") % _domain(caution)
    url = reverse("admin:routing_inbounddomain_add")  # who adds it again says that it receives
    cure = Cure(_("It receives here"), url, "add", caution.subject, "routing.change_inbounddomain")
    return ShownCaution(text, cure)


def _domain_mx(caution: Caution, _rule_id: int) -> ShownCaution:
    text = _("The DNS does not lead the mail of %s here.") % _domain(caution)
    return ShownCaution(text, Cure(_("Look at its MX"), reverse("admin:routing_inbounddomain_changelist")))


def _account_gone(caution: Caution, rule_id: int) -> ShownCaution:
    text = _("Choice %d puts mail into a Gmail account that is not there any more.") % caution.number
    return ShownCaution(text, Cure(_("Choose another"), edit_url(rule_id)))


def _account_disconnected(caution: Caution, _rule_id: int) -> ShownCaution:
    text = _("Gmail %s is not connected: its mail waits until it is.") % caution.subject
    url = reverse("admin:routing_gmailmailbox_changelist")
    return ShownCaution(text, Cure(_("Connect it again"), url, permission="routing.view_gmailmailbox"))


def _leads_back(caution: Caution, rule_id: int) -> ShownCaution:
    shown = display_address(caution.subject)
    text = _("%s receives its mail here: forwarding to it goes round in circles.") % shown
    return ShownCaution(text, Cure(_("Stop forwarding there"), _cure_url(rule_id), "remove-forward", caution.subject))


def _forward_fails(caution: Caution, rule_id: int) -> ShownCaution:
    text = _("Forwarding to %s failed in the last days.") % display_address(caution.subject)
    return ShownCaution(text, Cure(_("Change the address"), edit_url(rule_id)))


def _same_as_next(caution: Caution, rule_id: int) -> ShownCaution:
    there = display_address(caution.subject) if caution.subject else _("anything else")
    text = _("It does what would happen without it, by the rule for “%s”.") % there
    cure = Cure(_("Delete this rule"), _cure_url(rule_id), "delete", permission="routing.delete_routingrule")
    return ShownCaution(text, cure)


def _domain(caution: Caution) -> str:
    return display_address(f"@{caution.subject}").removeprefix("@")


def _cure_url(rule_id: int) -> str:
    return reverse("admin:routing_routingrule_cure", args=[rule_id])


def edit_url(rule_id: int) -> str:
    """Where a rule is edited; 0 is the last row."""
    if not rule_id:
        return reverse("admin:routing_routingrule_default")
    return reverse("admin:routing_routingrule_change", args=[rule_id])


_WORDS: dict[Oddity, Callable[[Caution, int], ShownCaution]] = {
    Oddity.CHOICE_SHADOWED: _shadowed,
    Oddity.CHOICE_IMPOSSIBLE: _impossible,
    Oddity.DOMAIN_UNKNOWN: _domain_unknown,
    Oddity.DOMAIN_OFF: _domain_off,
    Oddity.DOMAIN_MX: _domain_mx,
    Oddity.ACCOUNT_GONE: _account_gone,
    Oddity.ACCOUNT_DISCONNECTED: _account_disconnected,
    Oddity.LEADS_BACK: _leads_back,
    Oddity.FORWARD_FAILS: _forward_fails,
    Oddity.SAME_AS_NEXT: _same_as_next,
}
