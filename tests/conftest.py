"""Fixtures for all tests: hints are kept instead of sent, and run by hand."""

from __future__ import annotations

import gc
import shutil
from types import SimpleNamespace

import hypothesis
import pytest
import pytest_django
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from tests.emptying import empty_only_what_was_written
from tests.hints import Hints

# A slow machine is no failure; examples of a failed run come back from its seed, not from a folder.
hypothesis.settings.register_profile("postroom", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("postroom")


_OF_THE_DATABASE = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A second database shows nothing new about what touches none: on PostgreSQL those tests are left out."""
    if connection.vendor != "postgresql":
        return
    away = [item for item in items if not _touches_the_database(item)]
    config.hook.pytest_deselected(items=away)
    left_out = set(away)
    items[:] = [item for item in items if item not in left_out]


def _touches_the_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
    return bool(marked or _OF_THE_DATABASE & set(getattr(item, "fixturenames", ())))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it at each collection is a good part of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Tests that commit leave the database as they found it, at a tenth of the cost."""
    with django_db_blocker.unblock():
        empty_only_what_was_written()


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_files_of_another_test() -> None:
    """Rolled-back rows give their ids, and so the places of their files, to the next test."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> Hints:
    """What was published to the workers; `hints.run_all()` does the work as the workers would."""
    kept = Hints()
    monkeypatch.setattr("portal.publish._send_hint", kept.keep)
    # A test's own transaction never commits.
    monkeypatch.setattr("portal.publish.transaction", SimpleNamespace(on_commit=lambda send, robust: send()))
    return kept


@pytest.fixture(autouse=True)
def _nothing_remembered_from_another_test() -> None:
    """What SES answered to an earlier test, its verified identities for one, would be believed for a minute."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_generation_of_another_test() -> None:
    """Each test begins with an empty database, which a mark of an earlier one would take for a restored backup."""
    from portal.generation.mark import FILE
    from portal.generation.memory import memory

    memory.forget()
    (settings.DATA_DIR / FILE).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def forget_frozen_messages() -> None:
    """Each test begins with ids that an earlier one has used; in life a version's id means one message for ever."""
    from campaigns.sending import sender

    sender.forget_transports()
