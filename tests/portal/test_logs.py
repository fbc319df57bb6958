from __future__ import annotations

import io
import json
import logging
import logging.config
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from django.db import OperationalError
from django.urls import reverse

from portal.logs import JsonLines, embedded_metric, log_context, logging_settings, redact

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGGER = logging.getLogger("tests.logs")


@contextmanager
def lines_of(log_format: str) -> Iterator[io.StringIO]:
    """What a logger of its own writes with the handler of the settings."""
    settings = logging_settings(level="INFO", log_format=log_format)
    stream = io.StringIO()
    configured = logging.config.DictConfigurator(settings)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(configured.configure_formatter(settings["formatters"][log_format]))
    for name in settings["handlers"]["stderr"]["filters"]:
        handler.addFilter(configured.configure_filter(settings["filters"][name]))
    LOGGER.addHandler(handler)
    logging.getLogger("django.request").addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    yield stream
    LOGGER.removeHandler(handler)
    logging.getLogger("django.request").removeHandler(handler)
    LOGGER.propagate = True


@pytest.fixture
def written():
    """The lines of production, read back."""
    with lines_of("json") as stream:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_for_people_shows_the_event_and_its_values():
    with lines_of("plain") as stream, log_context(correlation_id="c1"):
        LOGGER.info("campaign.started", extra={"campaign": 7, "sender": "ann@example.org"})
    assert stream.getvalue() == "INFO tests.logs campaign.started campaign=7 sender=***@example.org\n"


def test_a_line_is_json_with_event_level_and_time(written):
    LOGGER.info("campaign.started", extra={"campaign_id": 7})
    (line,) = written()
    assert (line["event"], line["level"], line["campaign_id"]) == ("campaign.started", "INFO", 7)
    assert line["at"]


def test_lines_within_a_context_carry_its_ids_and_later_ones_do_not(written):
    with log_context(correlation_id="c1"), log_context(campaign_id="7"):
        LOGGER.info("inside")
    LOGGER.info("outside")
    inside, outside = written()
    assert (inside["correlation_id"], inside["campaign_id"]) == ("c1", "7")
    assert "correlation_id" not in outside


@pytest.mark.parametrize(
    "text",
    [
        "bounced: ann.b+c@example.org",
        "To: <ann@example.org>, bob@example.net;",
        "ann@example.org",
        "o'ann@example.org",
        '"ann smith"@example.org',
        "verp+ann=example.com@example.org",
        "/people?q=ann%40example.org",
    ],
)
def test_no_local_part_stays_in_a_text(text):
    assert "ann" not in redact(text)
    assert "bob" not in redact(text)


def test_an_address_in_a_message_is_redacted(written):
    LOGGER.info("refused %s", "ann@example.org")
    assert written()[0]["event"] == "refused ***@example.org"


def test_an_address_in_the_extra_values_is_redacted(written):
    LOGGER.info("publish.failed", extra={"error": "no such user ann@example.org"})
    assert "ann@" not in json.dumps(written())


def test_an_address_in_a_traceback_is_redacted(written):
    def fail() -> None:
        raise ValueError("mailbox of ann@example.org is full")

    try:
        fail()
    except ValueError:
        LOGGER.exception("task.failed")
    assert "ann@" not in json.dumps(written())


def test_a_request_leads_its_id_to_its_lines(written, client, db, monkeypatch):
    monkeypatch.setattr("portal.health.connection", _Listening())
    client.get("/healthz", headers={"X-Request-Id": "4bf92f3577b34da6"})
    assert written()[0]["correlation_id"] == "4bf92f3577b34da6"


@pytest.mark.django_db
@pytest.mark.parametrize("log_format", ["json", "plain"])
@pytest.mark.parametrize(
    ("route", "method"),
    [
        ("smtp_handover", "put"), ("smtp_handover", "get"), ("set_lost_password", "put"), ("accept_invitation", "put"),
        ("confirm_new_address", "get"), ("unsubscribe", "put"), ("signup_confirm", "get"),
    ],
)  # fmt: skip
def test_no_token_of_a_link_is_logged_when_its_request_goes_wrong(client, log_format, route, method):
    token = "gM3aUq0vJxY-5d2bT_kQw9z"
    with lines_of(log_format) as stream:
        answer = getattr(client, method)(reverse(route, args=[token]))
    assert answer.status_code in {404, 405}
    assert "/***" in stream.getvalue()
    assert token not in stream.getvalue()


def test_paths_without_a_token_are_logged_as_they_are(client):
    with lines_of("plain") as stream:
        client.get("/admins/transactionalmessage/4711/")
    assert "/admins/transactionalmessage/4711/" in stream.getvalue()


class _Listening:
    def cursor(self) -> NoReturn:
        LOGGER.info("asked")
        raise OperationalError


def figure_line(**more: object) -> dict[str, Any]:
    line: dict[str, Any] = {"event": "metric", "metric": "sending.accepted_count", "value": 50, "campaign": "7", **more}
    return embedded_metric(line, namespace="Postroom", installation="postroom-test")


def test_a_figure_is_a_metric_of_the_installation_alone():
    line = figure_line()
    (about,) = line["_aws"]["CloudWatchMetrics"]
    assert about == {
        "Namespace": "Postroom",
        "Dimensions": [["Installation"]],
        "Metrics": [{"Name": "sending.accepted_count", "Unit": "Count"}],
    }
    assert (line["sending.accepted_count"], line["Installation"], line["campaign"]) == (50, "postroom-test", "7")


def test_only_figures_become_metrics_and_only_where_there_is_a_namespace():
    figure = logging.makeLogRecord({"msg": "metric", "metric": "sending.chunk_ms", "value": 3.5})
    other = logging.makeLogRecord({"msg": "task.done"})
    with_namespace = JsonLines("%(message)s", namespace="Postroom", installation="postroom-test")
    assert [
        "_aws" in json.loads(formatter.format(record))
        for formatter in (with_namespace, JsonLines("%(message)s"))
        for record in (figure, other)
    ] == [True, False, False, False]
