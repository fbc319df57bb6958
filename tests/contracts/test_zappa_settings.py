"""The settings of the deployed web function: valid for Zappa, without secrets, names as in the rest of the house."""

from __future__ import annotations

import json
import re

import pytest
from zappa.cli import ZappaCLI

from tests.contracts.source import ROOT
from tests.contracts.test_settings_documented import calls_in_settings

STAGES = ("test", "prod")
ALL_STAGES = (*STAGES, "test_api", "prod_api")
TEXT = (ROOT / "zappa_settings.json").read_text()


@pytest.fixture(params=ALL_STAGES)
def stage(request, monkeypatch) -> dict[str, object]:
    """One stage as Zappa reads it, with what it inherits."""
    monkeypatch.chdir(ROOT)
    cli = ZappaCLI()
    cli.api_stage = request.param
    cli.load_settings_file("zappa_settings.json")
    return dict(cli.stage_config)


def test_zappa_reads_all_stages(stage):
    assert stage["django_settings"] == "portal.settings"
    assert stage["project_name"] == "postroom"


def test_nothing_is_left_at_a_default_that_opens_or_tells_too_much(stage):
    assert stage["debug"] is False
    assert stage["manage_roles"] is False
    assert stage["log_level"] == "INFO"


def test_an_answer_ends_before_the_gateway_gives_up(stage):
    assert stage["timeout_seconds"] <= 29


def test_queues_and_schedules_are_not_zappas(stage):
    assert "events" not in stage


def test_zappa_runs_nothing_but_requests(stage):
    assert stage["lambda_handler"] == "workers.handlers.web.handler"


def test_the_api_of_each_environment_is_private_and_all_else_as_in_the_environment():
    read = json.loads(TEXT)
    for name in STAGES:
        api = read[f"{name}_api"]
        assert (api["extends"], api["endpoint_configuration"]) == (name, ["PRIVATE"])
        isolated = {**read[name]["environment_variables"], "API_ISOLATION": "private"}
        assert api["environment_variables"] == isolated


def test_only_known_variables_are_set(stage):
    assert set(stage["environment_variables"]) <= set(calls_in_settings())


def test_no_secret_stands_in_the_file():
    assert not re.search(r"SECRET|PASSWORD|TOKEN|DATABASE_URL|AWS_ACCESS|postgres://", TEXT)


def test_stages_do_not_share_queues():
    prefixes = [json.loads(TEXT)[name]["environment_variables"]["QUEUE_PREFIX"] for name in STAGES]
    assert len(set(prefixes)) == len(prefixes)
