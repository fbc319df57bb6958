"""Both environments on the stand-in for AWS: applied whole, without differences afterwards, and alive."""

from __future__ import annotations

import json

import pytest

from portal.queues import QUEUES, SCHEDULE
from tests.infra.conftest import tell
from tests.infra.environments import PASSWORD, SECRET, Applied
from workers.handlers.functions import FUNCTIONS

pytestmark = pytest.mark.terraform


def test_a_second_plan_changes_nothing(applied: Applied):
    plan = applied.second_plan
    assert plan.code == 0, "\n".join(
        line for line in plan.text.splitlines() if line.lstrip().startswith(("#", "+", "-", "~", "Error"))
    )
    seconds = ", ".join(f"{step} {took:.0f} s" for step, took in applied.took_s.items())
    tell(f"{applied.name}: {len(applied.root.resources())} resources; {seconds}; second plan without differences")


def test_no_secret_is_in_the_state(applied: Applied):
    state = (applied.root.folder / "terraform.tfstate").read_text()
    assert [word for word in (PASSWORD, SECRET) if word in state] == []


def test_the_secrets_are_where_functions_read_them(applied: Applied):
    parameter = applied.postroom["secrets_parameter_name"]
    kept = applied.endpoints.client("ssm").get_parameter(Name=parameter, WithDecryption=True)["Parameter"]
    secrets = json.loads(kept["Value"])
    assert kept["Type"] == "SecureString"
    assert secrets["SECRET_KEY"] == SECRET
    assert f"postroom:{PASSWORD}@" in secrets["DATABASE_URL"]


def test_only_csv_files_below_uploads_are_told_to_the_queue(applied: Applied):
    bucket = applied.postroom["buckets"]["uploads"]
    queue = queue_url(applied, "uploads")
    emptied(applied, queue)  # S3's test message
    for key in ("uploads/people.csv", "uploads/people.txt", "other/people.csv"):
        applied.endpoints.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a")
    told = [json.loads(body)["Records"][0]["s3"]["object"]["key"] for body in emptied(applied, queue)]
    assert told == ["uploads%2Fpeople.csv"]


def test_what_ses_says_reaches_the_queues_as_it_is(applied: Applied):
    for name in ("ses-events", "inbound"):
        emptied(applied, queue_url(applied, name))  # what other tests wrote
        applied.endpoints.client("sns").publish(TopicArn=applied.postroom["topic_arns"][name], Message='{"a": 1}')
        assert emptied(applied, queue_url(applied, name)) == ['{"a": 1}']


def test_each_queue_has_visibility_receives_and_dlq_of_the_table(applied: Applied):
    sqs = applied.endpoints.client("sqs")
    for queue in QUEUES.values():
        found = sqs.get_queue_attributes(QueueUrl=queue_url(applied, queue.name), AttributeNames=["All"])["Attributes"]
        redrive = json.loads(found["RedrivePolicy"])
        assert int(found["VisibilityTimeout"]) == queue.visibility_timeout_s
        assert redrive["maxReceiveCount"] == queue.max_receives
        assert redrive["deadLetterTargetArn"].endswith(f":postroom-{applied.name}-{queue.dlq_name}")


def test_each_queue_feeds_its_function_with_partial_failures(applied: Applied):
    found = {
        mapping["EventSourceArn"].rsplit(f"postroom-{applied.name}-", 1)[1]: mapping
        for mapping in applied.endpoints.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    }
    wanted = {
        mapping.queue: (function.name, mapping) for function in FUNCTIONS.values() for mapping in function.mappings
    }
    assert set(found) == set(wanted) == set(QUEUES)
    for queue, (function, mapping) in wanted.items():
        assert found[queue]["FunctionArn"].endswith(f":function:postroom-{applied.name}-{function}")
        assert found[queue]["BatchSize"] == mapping.batch_size
        assert found[queue]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert found[queue]["ScalingConfig"] == {"MaximumConcurrency": mapping.max_concurrency}


def test_functions_are_those_of_the_table(applied: Applied):
    found = {about["FunctionName"]: about for about in applied.endpoints.client("lambda").list_functions()["Functions"]}
    assert set(found) == {f"postroom-{applied.name}-{name}" for name in FUNCTIONS}
    for name, function in FUNCTIONS.items():
        about = found[f"postroom-{applied.name}-{name}"]
        assert (about["Handler"], about["Timeout"]) == (function.handler, function.timeout_s)
        assert about["Role"].endswith(f"/postroom-{applied.name}-{name}")
        assert about["Environment"]["Variables"]["QUEUE_PREFIX"] == f"postroom-{applied.name}"


def test_the_schedule_is_that_of_the_table(applied: Applied):
    events = applied.endpoints.client("events")
    rules = {rule["Name"]: rule["ScheduleExpression"] for rule in events.list_rules()["Rules"]}
    inputs = {
        json.loads(events.list_targets_by_rule(Rule=rule)["Targets"][0]["Input"])["task"]: minutes_of(expression)
        for rule, expression in rules.items()
    }
    assert inputs == {tick.task.value: tick.every_s / 60 for tick in SCHEDULE}


def test_every_dns_record_is_told(applied: Applied):
    kinds = sorted(record["type"] for record in applied.outputs["dns_records"] if "example.org" in record["why"])
    assert kinds == ["CNAME", "CNAME", "CNAME", "MX", "MX", "TXT", "TXT"]


def test_alarms_hear_every_dead_letter_queue_and_tell_the_topic(applied: Applied):
    alarms = applied.endpoints.client("cloudwatch").describe_alarms()["MetricAlarms"]
    names = {alarm["AlarmName"].removeprefix(f"postroom-{applied.name}-") for alarm in alarms}
    wanted = {"bounce-rate", "complaint-rate", "sending-paused", "token-warning", "token-critical", "canary-missing"}
    wanted |= {f"dlq-{queue}" for queue in QUEUES} | {f"age-{queue}" for queue in QUEUES}
    wanted |= {f"errors-{function}" for function in [*FUNCTIONS, "web", "api"]}
    assert wanted <= names
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms} == {(applied.postroom["topic_arns"]["alerts"],)}


def queue_url(applied: Applied, queue: str) -> str:
    url: str = applied.endpoints.client("sqs").get_queue_url(QueueName=f"postroom-{applied.name}-{queue}")["QueueUrl"]
    return url


def emptied(applied: Applied, url: str) -> list[str]:
    """The bodies of all messages, which are gone then."""
    sqs = applied.endpoints.client("sqs")
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


def minutes_of(expression: str) -> float:
    """The number in `rate(5 minutes)`."""
    return float(expression.removeprefix("rate(").split()[0])
