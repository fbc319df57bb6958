"""Throws broken mail and broken notifications at everything that reads them.

No error may come out but the ones that are meant, nothing may take over a second of the processor or 256 MB, and what is read must fit
the columns.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from routing.actions.rewrite import Envelope, send_on
from routing.inbound.headers import read_headers, values_of
from routing.inbound.loops import is_automatic, is_list_mail, is_loop
from routing.inbound.models import InboundMessage
from routing.inbound.notification import Notification, Place, UnreadableNotification, read_notifications
from routing.inbound.receive import _row
from routing.rules.decide import Rule, decide
from routing.rules.definition import Action, ActionKind, Choice, Comparison, Condition, ConditionKind
from routing.rules.facts import facts_json, facts_of_raw, read_facts
from tests.factories.inbound import notification
from tests.fuzz.mutations import mutated_mail, mutated_notifications

MAX_S = 1.0
MAX_KB = 256 * 1024
ENVELOPE = Envelope("forward@ours.example", "ada@sender.example", b"X-Postroom-Routed: t\r\n", "b0")
HEADER = Condition(ConditionKind.HEADER, test=Comparison.CONTAINS, name="subject", value="more")
SENDER = Condition(ConditionKind.SENDER, patterns=("*@sender.example", ""))
RULES = {"*": Rule(1, "*", True, (Choice((HEADER, SENDER), (Action(ActionKind.STORE),)),))}


@dataclass(slots=True)
class Tally:
    """What came of a run."""

    count: int = 0
    refused_count: int = 0
    slowest_s: float = 0.0
    grown_kb: int = 0


def take_mail(raw: bytes) -> None:
    """All that is done with a mail's bytes before they go on."""
    headers = read_headers(raw)
    is_loop(headers, "a@in.example", b"secret")
    is_automatic(headers)
    is_list_mail(headers)
    facts = facts_of_raw(raw, sender="ada@sender.example", verdicts={})
    decide(RULES, "a@in.example", facts)
    read_facts(facts_json(facts))
    sent = read_headers(send_on(raw, ENVELOPE))
    assert len(values_of(sent, "from")) == 1, "the mail would go out in another name"
    assert values_of(sent, "bcc") == [], "the mail would go to others"


def take_notification(body: str) -> None:
    """All that is done with a body of the queue, up to the row."""
    for found in read_notifications(body, Place("postroom-inbound", "p/")):
        _check_row(found)
        for recipient in found.recipients:
            decide(RULES, recipient, facts_of_raw(b"", sender=found.envelope_from, verdicts=found.verdicts))


def _check_row(found: Notification) -> None:
    row = _row(found)
    for field in InboundMessage._meta.concrete_fields:
        value = getattr(row, field.attname)
        longest = getattr(field, "max_length", None)
        if isinstance(value, str):
            assert "\0" not in value, field.name
            value.encode()
            assert longest is None or len(value) <= longest, (field.name, len(value))


def throw(things: Iterable[Any], take: Callable[[Any], None]) -> Tally:
    """Take each thing; raises AssertionError for what takes too long or too much, with what it was."""
    tally = Tally()
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for thing in things:
        began_s = time.process_time()
        try:
            take(thing)
        except UnreadableNotification:
            tally.refused_count += 1
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} by {thing[:2000]!r}") from error
        took_s = time.process_time() - began_s
        tally.count += 1
        tally.slowest_s = max(tally.slowest_s, took_s)
        assert took_s < MAX_S, f"{took_s:.1f} s for {thing[:500]!r}"
    tally.grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    assert tally.grown_kb < MAX_KB, f"{tally.grown_kb} KB"
    return tally


def fuzz_mail(count: int, seed: int) -> Tally:
    return throw(mutated_mail(count, seed), take_mail)


def fuzz_notifications(count: int, seed: int) -> Tally:
    return throw(
        mutated_notifications(notification("a@in.example", "B+c@bücher.example"), count, seed), take_notification
    )
