"""What the server found behind the links of a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from campaigns.links.services import MAX_LINKS, ask_to_visit, known_visits
from campaigns.messages.checks import Level, MessageCheck
from campaigns.messages.checks.links import web_addresses
from campaigns.messages.checks.words import read_message, typed_body
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_source
from portal.public_web import Outcome

if TYPE_CHECKING:
    from campaigns.links.models import LinkVisit
    from campaigns.messages.source import MessageSource

LINKS_WAITING = "links_waiting"
LINKS_UNOPENED = "links_unopened"
FAULTS = {
    Outcome.GONE: gettext_lazy("“%(url)s” leads to a page that is not there (%(status)s)."),
    Outcome.FAILS: gettext_lazy("“%(url)s” answers that it is broken (%(status)s)."),
    Outcome.NO_SUCH_NAME: gettext_lazy("“%(url)s”: there is no site of that name."),
    Outcome.NO_ANSWER: gettext_lazy("“%(url)s” does not answer."),
    Outcome.UNSAFE: gettext_lazy("“%(url)s” has a wrong certificate: browsers warn of it."),
    Outcome.INTERNAL: gettext_lazy("“%(url)s” is inside a private network: people outside cannot open it."),
    Outcome.ODD: gettext_lazy("“%(url)s” is on a port of its own, which many networks block; it was not opened."),
    Outcome.CIRCLES: gettext_lazy("“%(url)s” leads on and on without an end."),
}


def link_addresses(source: MessageSource) -> list[str]:
    """Addresses that the server can open; none while the message cannot be compiled."""
    try:
        return web_addresses(read_message(compiled_source(source)))
    except TemplateInvalid:
        return []


def ask_for_links(source: MessageSource) -> None:
    """Let a worker open the links that nobody has opened lately."""
    if urls := link_addresses(source):
        ask_to_visit(urls)


def link_visit_points(source: MessageSource) -> Iterator[MessageCheck]:
    """What is known of the links so far."""
    urls = link_addresses(source)
    visits = known_visits(urls)
    waiting = sum(not visit.outcome for visit in visits)
    unopened = len(urls[:MAX_LINKS]) - len(visits)
    yield from _not_yet(waiting=waiting, unopened=unopened)
    broken = [visit for visit in visits if visit.outcome and Outcome(visit.outcome) in FAULTS]
    yield from _faults(broken, source)
    if visits and not waiting and not unopened and not broken:
        yield _all_open(visits, urls)


def are_links_waiting(source: MessageSource) -> bool:
    """Whether a worker still opens some."""
    return any(point.code == LINKS_WAITING for point in link_visit_points(source))


def _not_yet(*, waiting: int, unopened: int) -> Iterator[MessageCheck]:
    if waiting:
        text = ngettext("%d link is being opened.", "%d links are being opened.", waiting) % waiting
        cure = _("This takes some seconds; the page tells by itself what was found.")
        yield MessageCheck(Level.WARN, LINKS_WAITING, text, cure=cure)
    if unopened:
        text = ngettext("%d link was not opened lately.", "%d links were not opened lately.", unopened) % unopened
        cure = _("Let them be opened below; it takes some seconds.")
        yield MessageCheck(Level.WARN, LINKS_UNOPENED, text, cure=cure)


def _faults(broken: Sequence[LinkVisit], source: MessageSource) -> Iterator[MessageCheck]:
    typed = typed_body(source)
    for visit in broken:
        values = {"url": visit.url[:80], "status": visit.http_status or ""}
        text = str(FAULTS[Outcome(visit.outcome)]) % values
        cure = _("Open it yourself. If it works for you from outside, you can go on.")
        yield MessageCheck(Level.WARN, "broken_link", text, cure=cure, link=visit.url, **typed.spot_of(visit.url))


def _all_open(visits: Sequence[LinkVisit], urls: Sequence[str]) -> MessageCheck:
    guarded = sum(visit.outcome == Outcome.GUARDED for visit in visits)
    opened = len(visits) - guarded
    text = ngettext("%d link opened, and it is there.", "%d links opened, and all are there.", opened) % opened
    if guarded:
        text += (
            " " + ngettext("%d does not let itself be asked.", "%d do not let themselves be asked.", guarded) % guarded
        )
    if len(urls) > MAX_LINKS:
        text += " " + _("The further ones were not opened.")
    return MessageCheck(Level.GOOD, "links_open", text)
