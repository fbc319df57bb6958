"""Processes of the stack: labelled, watched, and none left behind."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys

import pytest

from sandbox.children import Children, ChildSpec, StackError, patience_s
from sandbox.environment import clean_environment
from sandbox.output import LabelledOutput

ENDS_WITHIN_S = 15
UP_AND_WAITS = "import signal; print('up', flush=True); signal.pause()"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
)
PARENT = f"""
import os
from sandbox.processes import start_child
children = [start_child(["-c", {UP_AND_WAITS!r}], dict(os.environ)) for _ in range(2)]
for child in children:
    child.stdout.readline()
    print(child.pid, flush=True)
children[0].wait()
"""


def spec(label, program=UP_AND_WAITS):
    return ChildSpec(label, ("-c", program), ready_line="^up")


def never():
    return False


@pytest.fixture
def screen():
    return io.StringIO()


@pytest.fixture
def children(screen):
    made = Children(LabelledOutput(screen), clean_environment())
    yield made
    made.stop(is_hurried=lambda: True)


def has_ended(pid):
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ready, _, _ = select.select([descriptor], [], [], ENDS_WITHIN_S)
    os.close(descriptor)
    return bool(ready)


def test_each_line_has_the_label_of_its_process(children, screen):
    children.start_group([spec("web"), spec("schedule")])
    children.wait_until_ready(never)
    assert sorted(screen.getvalue().splitlines()) == ["schedule  up", "web       up"]


def test_the_last_group_is_stopped_first(children, screen):
    children.start_group([spec("aws")])
    children.start_group([spec("web")])
    children.wait_until_ready(never)
    children.stop(is_hurried=never)
    lines = [line for line in screen.getvalue().splitlines() if "stopping" in line]
    assert lines == ["stack     stopping web", "stack     stopping aws"]


def test_a_process_that_ends_by_itself_is_named(children):
    children.start_group([spec("web"), spec("worker", "import sys; sys.exit(3)")])
    with pytest.raises(StackError, match=r"worker ended by itself \(exit code 3\)"):
        children.wait_until_ready(never)


def test_a_killed_process_is_named_with_its_signal(children):
    children.start_group([spec("worker")])
    children.wait_until_ready(never)
    [child] = children._all()
    child.process.kill()
    child.process.wait()
    with pytest.raises(StackError, match=r"worker ended by itself \(signal 9\)"):
        children.check_alive()


def test_a_process_that_will_not_stop_is_killed_when_asked_twice(children, screen):
    children.start_group([spec("worker", DEAF)])
    children.wait_until_ready(never)
    [child] = children._all()
    children.stop(is_hurried=lambda: True)
    assert child.process.returncode == -signal.SIGKILL
    assert "worker had to be killed" in screen.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_parent_leaves_no_process():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        parent.kill()
    assert all(has_ended(pid) for pid in pids)


@pytest.mark.parametrize(("load", "seconds"), [(0.5, 90), (4.0, 180), (17.0, 765), (400.0, 900)])
def test_a_start_may_take_longer_where_many_share_the_processors(monkeypatch, load, seconds):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert patience_s() == seconds
