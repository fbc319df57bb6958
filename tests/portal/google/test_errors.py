from __future__ import annotations

import json

import pytest

from portal.google.errors import Answer, PermissionLost, api_error

OLDER = {"code": 400, "message": "Mail service not enabled", "errors": [{"reason": "failedPrecondition"}]}
NEWER = {"code": 400, "message": "Precondition check failed.", "status": "FAILED_PRECONDITION"}


@pytest.mark.parametrize("error", [OLDER, NEWER, {**OLDER, "status": "FAILED_PRECONDITION"}])
def test_an_account_without_a_mailbox_is_the_accounts_trouble_in_either_form(error):
    found = api_error(Answer(400, body=json.dumps({"error": error}).encode()))
    assert isinstance(found, PermissionLost)
    assert found.code == "failedPrecondition"
