"""The Lambda functions serve every queue, task and schedule once, within the limits of SQS and Lambda."""

from __future__ import annotations

import json
from collections import Counter

from portal.queues import QUEUES, SCHEDULE, TaskName
from workers.app import app
from workers.handlers.functions import FUNCTIONS, FunctionName, as_json

MAPPINGS = [mapping for function in FUNCTIONS.values() for mapping in function.mappings]


def test_each_queue_feeds_one_function():
    assert Counter(mapping.queue for mapping in MAPPINGS) == Counter(set(QUEUES))


def test_each_task_and_each_schedule_runs_in_one_function():
    assert Counter(task for each in FUNCTIONS.values() for task in each.tasks) == Counter(TaskName)
    assert Counter(tick for each in FUNCTIONS.values() for tick in each.ticks) == Counter(SCHEDULE)


def test_each_function_stands_in_the_table_under_its_name():
    assert list(FUNCTIONS) == list(FunctionName)
    assert [name for name, function in FUNCTIONS.items() if function.name != name] == []


def test_no_function_outlives_the_visibility_of_its_queues():
    too_long = [
        (name, queue)
        for name, function in FUNCTIONS.items()
        for queue in function.queues
        if function.timeout_s >= QUEUES[queue].visibility_timeout_s
    ]
    assert too_long == []


def test_each_function_imports_the_modules_of_its_tasks_and_no_others():
    needed = {
        name: {app.tasks[task.value].run.__module__.rpartition(".")[2] for task in function.tasks}
        for name, function in FUNCTIONS.items()
    }
    assert {name: set(function.modules) for name, function in FUNCTIONS.items()} == needed


def test_limits_are_those_of_lambda_and_sqs():
    assert [name for name, each in FUNCTIONS.items() if not (each.timeout_s <= 900 and each.memory_mb >= 512)] == []
    assert [each for each in MAPPINGS if not 2 <= each.max_concurrency <= 1000] == []
    assert [each for each in MAPPINGS if each.batch_size > 10 and not each.window_s] == []


def test_work_is_given_back_before_the_end():
    assert [name for name, each in FUNCTIONS.items() if each.stops_before_s * 2 >= each.timeout_s] == []


def test_terraform_gets_the_whole_table():
    table = json.loads(as_json())
    assert set(table["queues"]) == set(QUEUES)
    assert set(table["functions"]) == set(FUNCTIONS)
    schedules = [name for function in table["functions"].values() for name in function["schedules"]]
    assert sorted(schedules) == sorted(tick.task for tick in SCHEDULE)
