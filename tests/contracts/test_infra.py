"""Terraform names what the code names: queues, functions, schedule, tasks, settings, metrics, secrets' tables. No Terraform needed."""

from __future__ import annotations

import json
import re
from importlib import import_module

from credentials.encryption.columns import sealed_columns
from credentials.grants.models import TABLE as GMAIL
from portal.logs import embedded_metric
from portal.queues import QUEUES, SCHEDULE, TASK_QUEUES
from tests.contracts.source import ROOT, python_files
from tests.contracts.test_settings_documented import calls_in_settings
from workers.app import app
from workers.handlers.functions import FUNCTIONS, MODULE, as_json

MODULES = ROOT / "infra" / "modules"
TABLE = json.loads((ROOT / "infra" / "functions.json").read_text())
GRANTS = (MODULES / "roles" / "grants.tf").read_text()
NO_SETTINGS = {"DJANGO_SETTINGS_MODULE"}


def test_terraform_reads_the_table_of_functions_as_it_is():
    written = (ROOT / "infra" / "functions.json").read_text()
    assert written == as_json(), "write it anew: python -m workers.handlers.functions > infra/functions.json"
    assert 'jsondecode(file("${path.module}/../../functions.json"))' in (MODULES / "postroom" / "main.tf").read_text()


def test_each_queue_of_the_table_has_exactly_one_function():
    mapped = [queue for function in TABLE["functions"].values() for queue in function["mappings"]]
    assert sorted(mapped) == sorted(QUEUES) == sorted(TABLE["queues"])


def test_each_tick_of_the_schedule_runs_in_the_function_of_its_queue():
    planned = {task: function for function, about in TABLE["functions"].items() for task in about["schedules"]}
    assert set(planned) == {tick.task.value for tick in SCHEDULE}
    assert [
        task for task, function in planned.items() if TASK_QUEUES[task] not in TABLE["functions"][function]["mappings"]
    ] == []


def test_each_task_of_the_workers_has_a_queue_that_a_function_takes_from():
    tasks = {name for name in app.tasks if not name.startswith("celery.")}
    carried_out = {task.value for function in FUNCTIONS.values() for task in function.tasks}
    assert tasks == carried_out


def test_each_handler_exists():
    entries = import_module(MODULE)
    for function in TABLE["functions"].values():
        module, name = function["handler"].rsplit(".", 1)
        assert module == MODULE
        assert callable(getattr(entries, name))


def test_no_function_outlives_the_visibility_of_its_queues():
    too_long = [
        (name, queue)
        for name, function in TABLE["functions"].items()
        for queue in function["mappings"]
        if function["timeout_s"] > TABLE["queues"][queue]["visibility_timeout_s"]
    ]
    assert too_long == []


def test_each_function_has_grants_and_they_name_known_queues():
    wishes = GRANTS.split("wishes = {", 1)[1].split("\n  }\n", 1)[0]
    assert set(re.findall(r"^    (\w+) = \{", wishes, re.MULTILINE)) == {*TABLE["functions"], "web", "celery"}
    named = {word for line in re.findall(r"publishes\s+= \[(.*)\]", wishes) for word in re.findall(r'"([\w-]+)"', line)}
    assert named <= set(QUEUES)


def test_the_tables_whose_secrets_are_sealed_are_those_of_the_code():
    listed = re.search(r"sealed_tables = \[(.*)\]", GRANTS)
    assert set(re.findall(r'"(\w+)"', listed.group(1))) == {column.table for column in sealed_columns()} | {GMAIL}


def test_settings_that_terraform_gives_are_known():
    settings = (MODULES / "postroom" / "settings.tf").read_text()
    given = set(re.findall(r"^\s+([A-Z][A-Z0-9_]+)\s+=", settings, re.MULTILINE)) | {"API_VPC_ENDPOINTS"}
    assert given - set(calls_in_settings()) - NO_SETTINGS == set()


def test_figures_that_alarms_and_dashboard_read_are_counted_somewhere():
    read = "".join((MODULES / "monitoring" / name).read_text() for name in ("alarms.tf", "dashboard.tf"))
    wanted = set(re.findall(r'"([a-z]+\.[a-z_]+)"', read))
    assert len(wanted) >= 4
    assert wanted - counted() == set()


def test_every_figure_is_described():
    page = (ROOT / "docs" / "monitoring.md").read_text()
    assert {name for name in counted() if f"`{name}`" not in page} == set()


def test_a_figure_is_the_installations_where_the_alarms_look_for_it():
    alarms = (MODULES / "monitoring" / "alarms.tf").read_text()
    line = embedded_metric({"metric": "a.b_ms", "value": 1}, namespace="Postroom", installation="postroom-test")
    about = line["_aws"]["CloudWatchMetrics"][0]
    [dimension] = about["Dimensions"][0]
    assert f"namespace = var.namespace, dimensions = {{ {dimension} = var.name }}" in alarms
    settings = (MODULES / "postroom" / "settings.tf").read_text()
    assert re.search(r"METRICS_NAMESPACE\s+= local\.namespace", settings)
    assert re.search(r"QUEUE_PREFIX\s+= var\.name", settings)


def counted() -> set[str]:
    """Names of all figures, as the code writes them into the log."""
    folders = ("portal", "campaigns", "routing", "credentials", "workers")
    texts = (path.read_text() for path in python_files() if path.relative_to(ROOT).parts[0] in folders)
    return {name for text in texts for name in re.findall(r'metrics\.(?:count|timed)\(\s*"([a-z_.]+)"', text)}


def test_no_account_and_no_address_of_aws_is_written_down():
    texts = {path.name: path.read_text() for path in sorted((ROOT / "infra").rglob("*.tf"))}
    assert [
        name for name, text in texts.items() if re.search(r"\b\d{12}\b|endpoints \{", text.replace("123456789012", ""))
    ] == []


def test_every_variable_says_what_it_is():
    nameless = [
        f"{path.parent.name}: {name}"
        for path in sorted((ROOT / "infra").rglob("*.tf"))
        for name, body in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', path.read_text(), re.MULTILINE | re.DOTALL)
        if "description" not in body or "type " not in body
    ]
    assert nameless == []
