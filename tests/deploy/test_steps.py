from __future__ import annotations

import json
import re
import sys

import pytest

from deploy import __main__ as command
from deploy.build import AWS_SERVICES
from deploy.steps import Step, deploy_steps, rollback_steps, undeploy_steps
from tests.contracts.source import ROOT, python_files


def words_of(steps: list[Step]) -> str:
    return "\n".join(" ".join(step.command) for step in steps)


@pytest.mark.parametrize("stage", ["test", "prod"])
def test_a_deployment_names_its_own_environment_alone(stage):
    other = {"test": "prod", "prod": "test"}[stage]
    for steps in (deploy_steps(stage), undeploy_steps(stage), rollback_steps(stage, package="x.zip")):
        assert not re.search(rf"\b{other}(_api)?\b", words_of(steps))


def test_workers_have_the_new_package_and_the_database_its_migrations_before_the_web_changes():
    said = [step.what for step in deploy_steps("test")]
    order = ["check the code", "build the package of test", "give the workers the package", "migrate the database"]
    wanted = [*order, "deploy or update test", "make the first Owner", "try login page, static files and workers"]
    assert [what for what in said if what in wanted] == wanted


def test_without_a_private_api_nothing_of_it_is_made():
    assert "test_api" not in words_of(deploy_steps("test", has_private_api=False))


def test_a_dry_run_prints_every_command_and_runs_none(monkeypatch, capsys):
    monkeypatch.setattr("subprocess.run", pytest.fail)
    monkeypatch.setattr(sys, "argv", ["deploy", "up", "--stage", "test", "--owner", "you@example.org", "--dry-run"])
    assert command.main() == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 2 * len(deploy_steps("test"))
    assert "address=you@example.org" in printed


def test_the_first_step_that_fails_ends_it(capsys):
    steps = [Step("fail", ("python", "-c", "raise SystemExit(3)")), Step("never", ("python", "-c", "print('ran')"))]
    assert command.run_steps(steps, is_dry=False) == 3
    assert "never" not in capsys.readouterr().out


def test_terraform_knows_the_values_that_a_deployment_gives():
    for environment in ("test", "prod"):
        variables = (ROOT / "infra" / "environments" / environment / "variables.tf").read_text()
        assert set(re.findall(r'variable "(\w+)"', variables)) >= {"package_file", "public_api", "private_api"}


def test_the_package_describes_every_service_of_aws_that_is_called():
    called = {
        name
        for path in python_files()
        if path.is_relative_to(ROOT / "portal" / "aws")
        for name in re.findall(r'client\(\s*"([a-z0-9-]+)"', path.read_text())
    }
    assert called
    assert called - AWS_SERVICES == set()


def test_package_and_settings_name_one_python():
    from deploy.build import RUNTIME

    settings = json.loads((ROOT / "zappa_settings.json").read_text())
    assert settings["base"]["runtime"] == f"python{RUNTIME}"
