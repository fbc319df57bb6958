from __future__ import annotations

from typing import NoReturn

import pytest
from django.db import InterfaceError, OperationalError


def test_a_portal_whose_database_answers_is_healthy(client, db):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (200, "ok")


class Unreachable:
    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def cursor(self) -> NoReturn:
        raise self.error("password of postroom@db.internal refused")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_portal_without_its_database_says_so_without_details(client, monkeypatch, error):
    monkeypatch.setattr("portal.health.connection", Unreachable(error))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert b"db.internal" not in answer.content


def test_health_is_never_kept_by_a_proxy(client, db):
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


@pytest.mark.django_db
def test_health_changes_nothing(client):
    assert client.post("/healthz").status_code == 405
