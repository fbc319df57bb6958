"""The pages of API keys and single messages, for `tests.browser.pages`."""

from __future__ import annotations

from typing import Any

from portal.roles import VIEWER
from tests.browser.page import Page, at


def _a_key() -> Any:
    from tests.factories.api import make_key

    return make_key().key


def _keys() -> None:
    from credentials.api_keys.services import revoke_key
    from tests.factories.api import make_key, make_test_key

    make_key("Shop")
    make_test_key(name="Continuous integration")
    revoke_key(make_key("Old shop").key.pk, actor=None)


def _a_message() -> Any:
    from tests.factories.transactional import make_message

    return make_message("anna@club.example", "bert@club.example")


API_PAGES: list[Page] = [
    Page("api-keys-empty", at("admin:credentials_apikey_changelist")),
    Page("api-keys", at("admin:credentials_apikey_changelist", _keys)),
    Page("api-key-new", at("admin:credentials_apikey_add")),
    Page("api-key", at("admin:credentials_apikey_change", _a_key, with_id=True)),
    Page("api-reference", at("admin:api_reference")),
    Page("messages-empty", at("admin:campaigns_transactionalmessage_changelist")),
    Page("messages", at("admin:campaigns_transactionalmessage_changelist", _a_message), role=VIEWER),
    Page("message", at("admin:campaigns_transactionalmessage_change", _a_message, with_id=True), role=VIEWER),
]
