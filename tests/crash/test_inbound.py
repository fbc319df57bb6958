from __future__ import annotations

import pytest

from tests.crash.inbound import prove


@pytest.mark.postgres
def test_mail_that_comes_while_the_database_is_away_is_routed_by_its_rule(server):
    found = prove(server, mails=60, outages=2)
    print(found)
    assert found.is_right
