"""The queue table, the tasks that workers know and the schedule name the same things."""

from __future__ import annotations

import re

from portal.queues import QUEUES, SCHEDULE, TASK_QUEUES, Feed, QueueName, TaskName
from workers.app import app
from workers.task_base import PostroomTask


def own_tasks() -> set[str]:
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_each_task_name_has_a_task_and_each_task_a_name():
    assert own_tasks() == {task.value for task in TaskName}


def test_each_task_has_a_queue_that_celery_reads():
    assert set(TASK_QUEUES) == set(TaskName)
    assert {QUEUES[queue].feed for queue in TASK_QUEUES.values()} == {Feed.TASKS}


def test_each_queue_stands_in_the_table_under_its_name():
    assert set(QUEUES) == set(QueueName)
    assert [name for name, queue in QUEUES.items() if queue.name != name] == []


def test_each_queue_of_tasks_is_used():
    assert {queue.name for queue in QUEUES.values() if queue.feed is Feed.TASKS} == set(TASK_QUEUES.values())


def test_names_fit_sqs():
    assert [name for name in QueueName if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_workers_listen_on_exactly_the_task_queues():
    listening = {queue.name for queue in app.conf.task_queues}
    assert listening == {f"test-{queue.name}" for queue in QUEUES.values() if queue.feed is Feed.TASKS}


def test_the_schedule_publishes_known_tasks_into_their_queues():
    planned = {entry["task"]: entry["options"]["queue"] for entry in app.conf.beat_schedule.values()}
    assert planned == {tick.task.value: f"test-{TASK_QUEUES[tick.task]}" for tick in SCHEDULE}


def test_tasks_are_acknowledged_after_their_work():
    assert [name for name in own_tasks() if not app.tasks[name].acks_late] == []


def test_each_task_logs_its_ids_and_duration():
    assert [name for name in own_tasks() if not isinstance(app.tasks[name], PostroomTask)] == []


def test_no_task_outlives_its_queues_visibility():
    too_long = [
        task.value
        for task, queue in TASK_QUEUES.items()
        if (app.tasks[task.value].time_limit or 0) >= QUEUES[queue].visibility_timeout_s
    ]
    assert too_long == []
