from __future__ import annotations

import pytest

from portal.failures.models import FailedMessage
from portal.queues import QueueName, TaskName
from tests.workers.handlers.sqs_events import Clock, batch, record
from workers.handlers import entries
from workers.handlers.incoming import UnknownEvent

pytestmark = pytest.mark.django_db


def tick(task: str) -> dict[str, str]:
    return {"source": "postroom.schedule", "task": task}


def test_the_schedule_runs_its_task_at_once(entry, monkeypatch):
    ran: list[int] = []
    monkeypatch.setattr("workers.tasks.campaigns.refresh_quota", lambda: ran.append(1))
    entry("maintenance")(tick(TaskName.REFRESH_QUOTA), Clock())
    assert ran == [1]


def test_a_tick_that_fails_counts_as_failed_until_the_next_succeeds(entry, monkeypatch):
    def fail() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("workers.tasks.campaigns.refresh_quota", fail)
    with pytest.raises(RuntimeError):
        entry("maintenance")(tick(TaskName.REFRESH_QUOTA), Clock())
    assert FailedMessage.objects.get().what == TaskName.REFRESH_QUOTA
    monkeypatch.setattr("workers.tasks.campaigns.refresh_quota", lambda: None)
    entry("maintenance")(tick(TaskName.REFRESH_QUOTA), Clock())
    assert not FailedMessage.objects.exists()


@pytest.mark.parametrize("name", ["sending", "maintenance", "events"])
@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": []},
        {"Records": [{"eventSource": "aws:sns", "Sns": {"Message": "{}"}}]},
        {"Records": [{**record(QueueName.SENDING, ""), "messageId": None, "eventSource": None}]},
        {"Records": ["text"]},
        {"source": "postroom.schedule"},
        tick(TaskName.SEND_CHUNK),
        tick("no.such_task"),
        {"command": "os.system", "raw_command": "1/0"},
    ],
    ids=["empty", "no records", "SNS", "no message", "text", "no task", "no tick", "unknown task", "Zappa's commands"],
)
def test_what_a_function_is_not_for_fails_the_invocation(name, event, entry):
    with pytest.raises(UnknownEvent):
        entry(name)(event, Clock())


def test_there_is_no_entry_without_a_row_in_the_table():
    with pytest.raises(AttributeError):
        _ = entries.no_such_function


def test_a_batch_is_no_tick(entry):
    with pytest.raises(UnknownEvent):
        entry("maintenance")({**batch(QueueName.MAINTENANCE, ""), "source": "postroom.schedule"}, Clock())
