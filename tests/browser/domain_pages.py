"""The pages of sending domains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.roles import VIEWER
from tests.browser.page import Page, at


def _made(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import sending_domains

        return getattr(sending_domains, name)()

    return make


_PAGES = "admin:credentials_sendingdomain_"

DOMAIN_PAGES = (
    Page("sending-domains-empty", at(_PAGES + "changelist")),
    Page("sending-domains", at(_PAGES + "changelist", _made("domains_of_all_states"))),
    Page("sending-domain-add", at(_PAGES + "add")),
    Page("sending-domain", at(_PAGES + "one", _made("a_domain_of_all_kinds"), with_id=True)),
    Page("sending-domain-viewer", at(_PAGES + "one", _made("a_domain_of_all_kinds"), with_id=True), role=VIEWER),
    Page("sending-domains-take-over", at(_PAGES + "take_over")),
    Page("sending-domain-route53", at(_PAGES + "route", _made("a_domain_of_all_kinds"), with_id=True)),
    Page("sending-address", at(_PAGES + "one", _made("an_address"), with_id=True)),
)
