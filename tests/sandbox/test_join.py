"""A command on another terminal finds the running stack, and never a real account beside it."""

from __future__ import annotations

import os
import stat

import pytest

from sandbox.environment import changed_environment
from sandbox.join import FILE, join_running_stack, joinable

STACK = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "SANDBOX": "yes", "QUEUE_PREFIX": "postroom", "HOME": "/x"}


@pytest.fixture
def data_dir(tmp_path):
    with changed_environment({"DATA_DIR": str(tmp_path)}):
        for name in ("SANDBOX", "QUEUE_PREFIX"):
            os.environ.pop(name, None)
        yield tmp_path


def test_a_command_takes_over_the_variables_of_the_running_stack(data_dir, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "real")
    with joinable(data_dir, STACK):
        assert stat.S_IMODE((data_dir / FILE).stat().st_mode) == 0o600
        assert join_running_stack()
    assert os.environ["AWS_ENDPOINT_URL"] == STACK["AWS_ENDPOINT_URL"]
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["HOME"] != "/x"


def test_what_was_set_by_hand_wins(data_dir, monkeypatch):
    monkeypatch.setenv("QUEUE_PREFIX", "mine")
    with joinable(data_dir, STACK):
        join_running_stack()
    assert os.environ["QUEUE_PREFIX"] == "mine"


def test_nothing_is_taken_over_once_the_stack_has_stopped(data_dir):
    with joinable(data_dir, STACK):
        pass
    assert not join_running_stack()


def test_sandbox_no_keeps_a_command_out(data_dir, monkeypatch):
    monkeypatch.setenv("SANDBOX", "no")
    with joinable(data_dir, STACK):
        assert not join_running_stack()
