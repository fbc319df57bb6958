from __future__ import annotations

import json
import re
import shlex
import socket
import sys
from subprocess import CompletedProcess
from urllib.error import URLError

import pytest

from deploy import __main__ as command, aws
from deploy.build import AWS_SERVICES
from deploy.steps import MIGRATES, Step, deploy_steps, rollback_steps, undeploy_steps
from tests.contracts.source import ROOT, python_files
from workers.handlers.functions import FunctionName


def words_of(steps: list[Step]) -> str:
    return "\n".join(" ".join(step.command) for step in steps)


@pytest.mark.parametrize("stage", ["test", "prod"])
def test_a_deployment_names_its_own_environment_alone(stage):
    other = {"test": "prod", "prod": "test"}[stage]
    for steps in (deploy_steps(stage), undeploy_steps(stage), rollback_steps(stage, package="x.zip")):
        assert not re.search(rf"\b{other}(_api)?\b", words_of(steps))


def test_the_database_has_its_migrations_before_workers_and_web_change():
    said = [step.what for step in deploy_steps("test")]
    order = ["check the code", "build the package of test", "give the package to the function that migrates"]
    order += ["migrate the database", "give the workers the package"]
    wanted = [*order, "deploy or update test", "make the first Owner", "try login page, static files and workers"]
    assert [what for what in said if what in wanted] == wanted


def test_the_function_that_migrates_is_one_of_terraforms():
    module, resource = MIGRATES.removeprefix("module.postroom.module.").split(".", 1)
    kind, name = resource.split("[")[0].split(".")
    assert f'resource "{kind}" "{name}"' in (ROOT / "infra" / "modules" / module / "main.tf").read_text()
    assert resource.split('"')[1] == FunctionName.MAINTENANCE


def test_the_end_lets_go_of_the_apis_before_they_are_deleted_and_the_network_after_all_that_runs_in_it():
    said = [step.command[-1] for step in undeploy_steps("test") if "deploy.aws" in step.command]
    verbs = [step.command[2] if step.command[0] == "terraform" else step.command[-1] for step in undeploy_steps("test")]
    assert said == ["--none", "end", "end"]
    assert verbs == ["--none", "apply", "end", "end", "destroy"]


@pytest.mark.parametrize(("is_there", "ran"), [(True, ["undeploy"]), (False, [])])
def test_an_end_can_be_asked_again(is_there, ran, monkeypatch):
    found: list[str] = []

    def note(_stage: str, verb: str, *_words: str) -> int:
        found.append(verb)
        return 0

    monkeypatch.setattr(aws, "_is_there", lambda _stage: is_there)
    monkeypatch.setattr(aws, "_zappa", note)
    assert (aws.end_web("test"), found) == (0, ran)


@pytest.mark.parametrize(
    ("running", "status", "ran"), [("", 0, ["deploy"]), ("arm64", 0, ["update"]), ("x86_64", 1, [])]
)
def test_the_web_is_deployed_once_updated_then_and_never_given_code_of_another_processor(
    running, status, ran, monkeypatch, capsys
):
    found: list[str] = []

    def note(_stage: str, verb: str, *_words: str) -> int:
        found.append(verb)
        return 0

    monkeypatch.setattr(aws, "_architecture", lambda _stage: running)
    monkeypatch.setattr(aws, "settings_of", lambda _stage: {"architecture": "arm64"})
    monkeypatch.setattr(aws, "_zappa", note)
    assert (aws.deploy_web("test"), found) == (status, ran)
    assert ("docs/deploying.md" in capsys.readouterr().err) is bool(status)


def test_without_a_private_api_nothing_of_it_is_made():
    assert "test_api" not in words_of(deploy_steps("test", has_private_api=False))


def test_a_dry_run_prints_every_command_and_runs_none(monkeypatch, capsys):
    monkeypatch.setattr("subprocess.run", pytest.fail)
    monkeypatch.setattr(sys, "argv", ["deploy", "up", "--stage", "test", "--owner", "you@example.org", "--dry-run"])
    assert command.main() == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 2 * len(deploy_steps("test"))
    assert "address=you@example.org" in printed


def test_what_is_printed_is_what_is_run(monkeypatch, capsys):
    ran: list[list[str]] = []

    def note(words: list[str], **_how: object) -> CompletedProcess[bytes]:
        ran.append(words)
        return CompletedProcess(words, 0)

    monkeypatch.setattr("subprocess.run", note)
    steps = undeploy_steps("test")
    assert command.run_steps(steps, is_dry=False) == 0
    printed = [line.strip() for line in capsys.readouterr().out.splitlines() if not line.startswith("[")]
    assert [shlex.split(line) for line in printed] == ran


def test_a_program_that_is_not_there_ends_it_in_words(capsys):
    assert command.run_steps([Step("go", ("no-such-program-anywhere",))], is_dry=False) == 127
    assert "no-such-program-anywhere" in capsys.readouterr().err


def test_what_a_failing_step_printed_replaces_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    (tmp_path / "kept.json").write_text("before")
    step = Step("read", ("python", "-c", "print('half'); raise SystemExit(1)"), output="kept.json")
    assert command.run_steps([step], is_dry=False) == 1
    assert (tmp_path / "kept.json").read_text() == "before"


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
    assert settings["base"]["runtime"] == RUNTIME


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Set the DNS records (docs/setup.md, step 5)"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
    ],
)
def test_a_portal_that_does_not_answer_is_told_in_one_line_with_its_address(reason, said, monkeypatch, capsys):
    def refuse(url: str, **_how: object) -> None:
        raise URLError(reason)

    address = {"environment_variables": {"PUBLIC_URL": "https://mail-test.example.org"}}
    monkeypatch.setattr(aws, "settings_of", lambda _stage: address)
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr(sys, "argv", ["deploy.aws", "--stage", "test", "smoke"])

    assert aws.main() == 1

    told = capsys.readouterr().err
    assert told.startswith("https://mail-test.example.org/healthz: ")
    assert said in told
    assert told.count("\n") == 1
