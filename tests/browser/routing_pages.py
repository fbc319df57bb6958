"""The pages of routing rules and of the domains that receive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from portal.roles import MARKETER, VIEWER
from tests.browser.page import Page, at

_RULES = "admin:routing_routingrule_"
_LOG = "admin:routing_inboundmessage_"
_CANARY = "admin:routing_canaryrun_changelist"
_DOMAINS = "admin:routing_inbounddomain_changelist"


def _made(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import routing_pages

        return getattr(routing_pages, name)()

    return make


def _mail(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import inbound_pages

        return getattr(inbound_pages, name)()

    return make


def _held() -> str:
    _mail("mail_in_every_state")()
    return reverse(f"{_LOG}changelist") + "?delivery=held"


def _tried() -> str:
    _made("examples_of_rules")()
    return reverse(f"{_RULES}try") + "?address=info%2B42@example.com&spam=FAIL"


def _replayed() -> str:
    draft = _made("a_draft_of_rules")()
    return reverse(f"{_RULES}draft", args=[draft.pk]) + "?replay=yes"


ROUTING_PAGES = [
    Page("inbound-empty", at(f"{_LOG}changelist")),
    Page("inbound", at(f"{_LOG}changelist", _mail("mail_in_every_state"))),
    Page("inbound-held", _held),
    Page("inbound-message", at(f"{_LOG}change", _mail("a_message_with_history"), with_id=True)),
    Page("inbound-hostile", at(f"{_LOG}change", _mail("a_hostile_message"), with_id=True)),
    Page("inbound-gone", at(f"{_LOG}change", _mail("a_message_whose_raw_is_gone"), with_id=True)),
    Page("inbound-viewer", at(f"{_LOG}change", _mail("a_message_with_history"), with_id=True), role=VIEWER),
    Page("rules-empty", at(f"{_RULES}changelist")),
    Page("rules", at(f"{_RULES}changelist", _made("a_rule_set"))),
    Page("rules-viewer", at(f"{_RULES}changelist", _made("a_rule_set")), role=VIEWER),
    Page("rule-add", at(f"{_RULES}add", _made("a_rule_set"))),
    Page("rule", at(f"{_RULES}change", _made("a_rule_set"), with_id=True)),
    Page("rule-marketer", at(f"{_RULES}change", _made("a_rule_set"), with_id=True), role=MARKETER),
    Page("rule-anything-else", at(f"{_RULES}default", _made("a_rule_set"))),
    Page("rules-try-empty", at(f"{_RULES}try"), role=VIEWER),
    Page("rules-try", _tried),
    Page("rules-import", at(f"{_RULES}import")),
    Page("rules-draft", _replayed),
    Page("rules-history-empty", at(f"{_RULES}history_list")),
    Page("rules-history", at(f"{_RULES}history_list", _made("a_rule_set"))),
    Page("rules-version", at(f"{_RULES}version", _made("a_version_of_rules"), with_id=True)),
    Page("domains-empty", at(_DOMAINS), role=VIEWER),
    Page("canary-empty", at(_CANARY, _mail("nothing_but_a_domain"))),
    Page("canary", at(_CANARY, _mail("canaries_of_a_day"))),
    Page("domains", at(_DOMAINS, _made("domains_of_all_kinds"))),
]
