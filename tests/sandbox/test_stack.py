"""The plan of the stack: ports, variables, one stack per data directory, and once the whole of it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from django.core.management import CommandError, call_command

from portal.queues import full_name, task_queues
from sandbox.children import StackError
from sandbox.environment import clean_environment
from sandbox.ports import free_port, is_port_free
from sandbox.stack import StackPlan, only_stack_on, plan_stack, stack_environment, worker_specs


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def plan(tmp_path):
    return StackPlan(data_dir=tmp_path, port=8000, moto_port=8001, ses_port=8002)


def test_a_taken_port_is_said_with_another_to_try(taken_port, tmp_path):
    with pytest.raises(StackError, match=rf"Port {taken_port} is in use; start with another: make run PORT=\d+"):
        plan_stack(port=taken_port, data_dir=tmp_path, is_port_given=True)


def test_the_command_says_it_in_one_line(taken_port, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match=f"Port {taken_port} is in use"):
        call_command("run_stack", port=taken_port)


def test_a_taken_inner_port_is_replaced(taken_port):
    assert not is_port_free(taken_port)
    assert free_port(taken_port) != taken_port


def test_a_second_stack_on_the_same_data_is_refused(tmp_path):
    with only_stack_on(tmp_path), pytest.raises(StackError, match="runs already"), only_stack_on(tmp_path):
        pass


def test_nothing_of_a_real_account_reaches_the_processes(plan, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "real")
    environment = stack_environment(plan)
    assert "real" not in environment.values()
    assert environment["AWS_ENDPOINT_URL_SESV2"] == "http://127.0.0.1:8002"


def test_every_task_queue_has_a_worker(plan, monkeypatch):
    monkeypatch.setenv("QUEUE_PREFIX", "postroom")
    consumed = [
        queue
        for spec in worker_specs(plan)
        if "--queues" in spec.arguments
        for queue in spec.arguments[spec.arguments.index("--queues") + 1].split(",")
    ]
    assert sorted(consumed) == sorted(full_name("postroom", queue.name) for queue in task_queues())


@pytest.mark.long
def test_the_whole_stack_starts_answers_and_stops(tmp_path):
    port = free_port()
    command = [sys.executable, "manage.py", "run_stack", "--port", str(port)]
    environment = {**clean_environment(), "SANDBOX": "yes", "DATA_DIR": str(tmp_path)}
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "QUEUE_PREFIX", "SECRET_KEY", "LOG_LEVEL"):
        environment.pop(name, None)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as stack:
        assert stack.stdout
        started = lines_until(stack.stdout, "Ctrl-C stops everything")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/") as reply:
            assert reply.status == 200
        stack.send_signal(signal.SIGTERM)
        stopped = stack.stdout.read()
    assert stack.returncode == 0, started + stopped
    assert "had to be killed" not in stopped


def lines_until(stream, text):
    """The lines up to the one with the text; fails with all of them when it never comes."""
    lines = []
    for line in stream:
        lines.append(line)
        if text in line:
            return "".join(lines)
    pytest.fail("".join(lines))
