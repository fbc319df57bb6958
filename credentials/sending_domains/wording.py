"""Sending domains and their records in words: what a record is for, what was found wrong, and the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _, gettext_lazy

from credentials.sending_domains.check import Oddity
from credentials.sending_domains.records import Mark, RecordKind
from credentials.sending_domains.route_plan import Why
from portal.dns.authority import Trouble
from portal.errors import AuthExpired, OutsideError, Refused, Throttled

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from portal.errors import PortalError

_KINDS = {
    RecordKind.DKIM_1: gettext_lazy("DKIM 1 of 3"),
    RecordKind.DKIM_2: gettext_lazy("DKIM 2 of 3"),
    RecordKind.DKIM_3: gettext_lazy("DKIM 3 of 3"),
    RecordKind.MAIL_FROM_MX: gettext_lazy("MAIL FROM"),
    RecordKind.MAIL_FROM_SPF: gettext_lazy("SPF of MAIL FROM"),
    RecordKind.SPF: gettext_lazy("SPF"),
    RecordKind.DMARC: gettext_lazy("DMARC"),
    RecordKind.INBOUND_MX: gettext_lazy("Receiving"),
    RecordKind.MTA_STS: gettext_lazy("MTA-STS"),
    RecordKind.STS_HOST: gettext_lazy("MTA-STS: the server of its policy"),
    RecordKind.TLS_RPT: gettext_lazy("TLS reports"),
}
MARKS = {
    Mark.RIGHT: gettext_lazy("right"),
    Mark.ADVICE: gettext_lazy("works, could be better"),
    Mark.MISSING: gettext_lazy("missing"),
    Mark.WRONG: gettext_lazy("wrong"),
    Mark.UNKNOWN: gettext_lazy("not known"),
}
TONES = {Mark.RIGHT: "good", Mark.ADVICE: "warn", Mark.MISSING: "bad", Mark.WRONG: "bad", Mark.UNKNOWN: ""}
# What is wrong, and what to do; `{advice}`, `{asked}` and `{domain}` are filled in.
_ODDITIES = {
    Oddity.NOT_FOUND: gettext_lazy("Not found at {asked}."),
    Oddity.ZONE_TWICE: gettext_lazy(
        "It stands under a name with {domain} twice: the form at your DNS provider appends the domain by itself. Write "
        "the short name only."
    ),
    Oddity.VALUE_ZONE: gettext_lazy(
        "{domain} was appended to the value. Write a dot at the end of the value, or take the domain out of it."
    ),
    Oddity.OTHER_VALUE: gettext_lazy("It leads elsewhere. Replace what is there by the value above."),
    Oddity.OTHER_TYPE: gettext_lazy("A TXT record stands at this name. Delete it, and add the CNAME."),
    Oddity.OTHER_REGION: gettext_lazy("It leads to another region of AWS. Replace what is there by the value above."),
    Oddity.QUOTED: gettext_lazy("Quotes have become part of the text. Write it without them: {advice}"),
    Oddity.SEVERAL: gettext_lazy("There are several, and only one may be: receivers take none of them."),
    Oddity.SPF_ODD: gettext_lazy("Receivers do not understand “{advice}”, and pass over the whole record."),
    Oddity.SPF_LOOKUPS: gettext_lazy(
        "Receivers need {advice} look-ups for it and give up after 10. Take out what no longer sends for you."
    ),
    Oddity.SPF_WITHOUT_SES: gettext_lazy("It does not name SES. Change the one record to: {advice}"),
    Oddity.SPF_EVERYBODY: gettext_lazy("It lets everybody send in your name. Change it to: {advice}"),
    Oddity.MX_OTHERS_TOO: gettext_lazy("Other servers are named after SES: mail may go to them, too."),
    Oddity.MX_NOT_FIRST: gettext_lazy("Another server comes first, so mail goes there."),
    Oddity.DMARC_ODD: gettext_lazy("Receivers do not understand “{advice}”, and pass over the whole record."),
    Oddity.DMARC_WATCHES: gettext_lazy(
        "It is there and asks for nothing (p=none): forged mail still arrives. Read the reports for two weeks, then go on "
        "to p=quarantine."
    ),
    Oddity.DMARC_WEAKER: gettext_lazy("It is milder than you chose. Replace what is there by the value above."),
    Oddity.DMARC_PART: gettext_lazy("It asks for {advice} % of mail only."),
    Oddity.DMARC_PARENT: gettext_lazy("The record of the domain above speaks for it."),
    Oddity.NO_REPORTS: gettext_lazy("Nobody gets its reports (rua)."),
    Oddity.STS_ODD: gettext_lazy("Senders do not understand it. Replace it by: {advice}"),
    Oddity.STS_ID: gettext_lazy(
        "Its id is another one. Senders read the policy anew when it changes, so change it with the text of the policy."
    ),
    Oddity.STS_NOT_OPEN: gettext_lazy("The address of the policy does not open, or its certificate is wrong."),
}
_MERGED = gettext_lazy("There are several, and only one may be: receivers take none of them. Make them one: {advice}")
_SILENT = gettext_lazy("The name servers did not answer.")
_TROUBLES = {
    Trouble.NO_ZONE: gettext_lazy("The DNS knows no such domain. Has it been registered, and is it spelled right?"),
    Trouble.NO_RESOLVER: gettext_lazy(
        "The DNS server of this installation does not answer, so nothing could be asked."
    ),
    Trouble.INTERNAL: gettext_lazy(
        "The domain's name servers are said to be at addresses that are not on the public internet: they are not asked."
    ),
    Trouble.SILENT: gettext_lazy("The domain's name servers do not answer. What was known stays."),
}
_WHYS = {
    Why.ALIAS: gettext_lazy("An alias stands at this name; it is not touched. Change it by hand."),
    Why.OTHERS: gettext_lazy("Other records stand at this name, and a CNAME must stand alone. Change it by hand."),
    Why.FOREIGN_MX: gettext_lazy(
        "Mail goes to other servers now; that is not touched. Change it by hand, if you mean it."
    ),
    Why.SEVERAL: gettext_lazy("There are several, and it is not known which one is meant. Change it by hand."),
}


def kind_word(kind: str) -> str | Promise:
    """What a record is for."""
    return _KINDS[RecordKind(kind)]


def oddity_words(code: str, *, domain: str, asked: str, advice: str) -> str:
    """What is odd about a record and the cure; "" where nothing is."""
    if not code:
        return ""
    oddity = Oddity(code)
    if oddity is Oddity.SILENT:
        return str(_SILENT)
    text = _MERGED if oddity is Oddity.SEVERAL and advice else _ODDITIES[oddity]
    words = {"{advice}": advice, "{domain}": domain, "{asked}": asked or _("its name server")}
    shown = str(text)
    for place, word in words.items():
        shown = shown.replace(place, word)
    return shown


def trouble_words(code: str) -> str:
    """Why the name servers could not be asked; "" where they were."""
    return str(_TROUBLES[Trouble(code)]) if code else ""


def why_words(why: Why) -> str:
    """Why a set is left alone; "" where it is not."""
    return str(_WHYS[why]) if why else ""


def trouble_at_ses(error: PortalError) -> str:
    """Why SES did not do what it was asked."""
    if isinstance(error, AuthExpired):
        return _("AWS no longer accepts the credentials of this installation.")
    if isinstance(error, Throttled):
        return _("AWS asks to go slower; it is tried again by itself.")
    if isinstance(error, Refused) and error.is_denied:
        return _("AWS does not allow it: the role of this installation lacks a permission. %s") % error
    if isinstance(error, Refused):
        return _("AWS refused: %s") % error
    if isinstance(error, OutsideError):
        return _("AWS could not be reached; it is tried again by itself.")
    return str(error)
