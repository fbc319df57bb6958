from __future__ import annotations

import pytest

from tests.workers.handlers.sqs_events import Clock
from workers.handlers import web
from workers.handlers.incoming import UnknownEvent


@pytest.fixture(autouse=True)
def zappa(monkeypatch):
    """Zappa's handler, which must see requests alone."""
    monkeypatch.setattr(web, "lambda_handler", lambda _event, _context: "answered")


@pytest.mark.parametrize(
    "event", [{"httpMethod": "GET", "path": "/"}, {"requestContext": {"http": {"method": "GET"}}}], ids=["v1", "v2"]
)
def test_requests_reach_zappa(event):
    assert web.handler(event, Clock()) == "answered"


@pytest.mark.parametrize("name", ["command", "raw_command", "manage", "Records", "detail-type"])
@pytest.mark.parametrize("disguise", [{}, {"httpMethod": "GET"}], ids=["plain", "as a request"])
def test_nothing_that_zappa_would_run_reaches_it(name, disguise):
    with pytest.raises(UnknownEvent):
        web.handler({name: "portal.settings", **disguise}, Clock())
