from __future__ import annotations

import os
import time

import pytest
from celery.signals import worker_shutting_down

from portal.queues import TaskName
from workers import stopping
from workers.app import app


@pytest.fixture(autouse=True)
def running():
    yield
    stopping.forget_stop()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # it ends at once
def test_the_workers_signal_reaches_the_processes_it_forked():
    child = os.fork()
    if child == 0:
        stopping.note_stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert stopping.is_stopping()


def test_celerys_shutdown_is_heard():
    assert not stopping.is_stopping()
    worker_shutting_down.send(sender="worker", sig="SIGTERM", how="Warm", exitcode=0)
    assert stopping.is_stopping()


@pytest.mark.django_db
@pytest.mark.parametrize("task", [TaskName.SEND_CHUNK, TaskName.SEND_PRIORITY_CHUNK])
def test_sending_tasks_look_whether_to_stop(task, monkeypatch):
    seen: list[bool] = []
    monkeypatch.setattr(
        "workers.tasks.campaigns.send_next_chunk", lambda _id, *, is_stopping: seen.append(is_stopping())
    )
    stopping.note_stop()
    app.tasks[task.value](campaign_id=1, at_s=int(time.time()))
    assert seen == [True]


def test_a_task_whose_process_died_comes_back_by_its_queue_and_not_as_a_new_copy():
    assert not app.conf.task_reject_on_worker_lost
