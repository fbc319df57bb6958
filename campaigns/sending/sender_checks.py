"""Whom the mail comes from and where answers go: what SES lets out, what receivers believe, what people can answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.checks.point import FROM, REPLY_TO
from campaigns.relays.sender_points import relay_points
from campaigns.sending.identities import Alignment, alignment_of
from credentials.sending_domains.checking import page_of
from credentials.sending_domains.querysets import broken_kinds, domain_for
from credentials.sending_domains.wording import kind_word

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

FREE_MAILBOXES = frozenset(
    [
        "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "aol.com", "icloud.com",
        "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "proton.me", "protonmail.com",
    ]
)  # fmt: skip
_NOBODY_READS = ("noreply@", "no-reply@", "no_reply@", "donotreply@", "do-not-reply@", "nicht-antworten@")


def sender_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """The From address against what SES has verified or the relay lets out, and whether an answer reaches anybody."""
    address = campaign.from_address
    if not address:
        return
    if campaign.account is None or campaign.account.is_ses:
        yield _from_point(address, alignment_of(address))
        yield from _record_points(address)
    else:
        yield from relay_points(campaign)
    yield from _answer_points(address, campaign.reply_to)


def _from_point(address: str, alignment: Alignment | None) -> MessageCheck:
    if alignment is Alignment.DOMAIN:
        text = _("SES lets you send from %s, signed by its own domain.") % address
        return MessageCheck(Level.GOOD, "sender", text, place=FROM)
    if alignment is None:
        text = _("SES could not be asked whether it lets you send from %s.") % address
        cure = _("Try again in a minute. If it stays so, ask who runs this portal.")
        return MessageCheck(Level.WARN, "sender_unknown", text, place=FROM, cure=cure)
    if alignment is Alignment.NONE:
        text = _("%s is not verified in SES, nor is its domain: SES would refuse every mail.") % address
        cure = _("Take an address of a verified domain, or have this domain verified.")
        return MessageCheck(Level.BAD, "sender_not_verified", text, place=FROM, cure=cure)
    domain = address.rpartition("@")[2]
    text = _("Only the address %(address)s is verified, not %(domain)s: mails are signed by amazonses.com instead, and "
             "many receivers take that for forgery.")  # fmt: skip
    cure = _("Have the domain verified with DKIM, or take an address of a verified domain.")
    values = {"address": address, "domain": domain}
    return MessageCheck(Level.WARN, "sender_not_aligned", text % values, place=FROM, cure=cure)


def _record_points(address: str) -> Iterator[MessageCheck]:
    """Records of the domain that were right and are not any more, as the last look at its name servers found them."""
    domain = domain_for(address)
    if domain is None:
        return
    broken = [str(kind_word(kind)) for kind in broken_kinds(domain)]
    if broken:
        text = _("DNS records of %(domain)s were right and are not any more: %(records)s. Receivers may take mails for "
                 "forged.") % {"domain": domain.name, "records": ", ".join(broken)}  # fmt: skip
        cure = _("Mend them first; the page of the sending domain says what is wrong.")
        yield MessageCheck(Level.WARN, "sender_records_broken", text, place=FROM, cure=cure, link=page_of(domain))


def _answer_points(address: str, reply_to: str) -> Iterator[MessageCheck]:
    answered_at = (reply_to or address).lower()
    if answered_at.startswith(_NOBODY_READS):
        text = _("Answers go to %s, which nobody seems to read: people who cannot answer report spam instead.")
        cure = _("Give a reply-to address that somebody reads.")
        yield MessageCheck(Level.WARN, "no_reply", text % answered_at, place=REPLY_TO if reply_to else FROM, cure=cure)
    elif _is_free(answered_at) and not _is_free(address):
        text = _("Answers go to a free mailbox (%s) while the mail comes from a domain of yours, as in forged mail.")
        cure = _("Take a reply-to address of your own domain.")
        yield MessageCheck(Level.WARN, "reply_to_elsewhere", text % answered_at, place=REPLY_TO, cure=cure)


def _is_free(address: str) -> bool:
    return address.lower().rpartition("@")[2] in FREE_MAILBOXES
