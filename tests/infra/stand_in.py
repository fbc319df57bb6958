"""AWS as Terraform's provider needs it: moto with its gaps filled, and SES's settings. `python -m tests.infra.stand_in`.

Prints one line with two addresses: that of moto, and that for AWS_ENDPOINT_URL_SESV2. Loopback only.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.awslambda.policy import Policy
from moto.core.responses import EmptyResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.models import Service
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.responses import IamResponse
from moto.moto_server import werkzeug_app
from moto.rds.models import DBCluster, DBInstanceClustered
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.ses.responses import EmailResponse
from moto.sqs.models import Queue
from werkzeug.serving import make_server

from sandbox.moto_server import QuietHandler
from tests.infra.ses_settings import SesSettings

NOT_IMPLEMENTED = 501  # the provider repeats every 500 for minutes


def queue_attributes(queue: Queue) -> dict[str, Any]:
    """Policies as they were sent: compact, and that of the DLQ as well."""
    found = STOCK_ATTRIBUTES.fget(queue)
    if queue.redrive_policy:
        found["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    if allowed := getattr(queue, "redrive_allow_policy", None):
        found["RedriveAllowPolicy"] = allowed
    return found


def bucket_permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    """As moto does it, but a Deny under a condition (plain HTTP) is no Deny for all: moto reads no conditions there."""
    statements = json.loads(bucket.policy)["Statement"] if bucket.policy else []
    read = [each for each in statements if each["Effect"] == "Allow" or "Condition" not in each]
    if not read:
        return PermissionResult.NEUTRAL
    document = json.dumps({"Version": "2012-10-17", "Statement": read})
    return IAMPolicy(document).is_action_permitted(action, resource)


def asked_resource(response: IamResponse) -> str:
    """The user that a call is about, with its path; moto asks for roles alone."""
    if "UserName" not in response.data:
        return str(STOCK_RESOURCE(response))
    name = response.data["UserName"][0]
    known = response.backend.users.get(name)
    path = known.path if known else response.data.get("Path", ["/"])[0]
    return f"arn:aws:iam::{response.current_account}:user{path}{name}"


def rule_description(rule: SecurityGroupRule) -> str | None:
    """Also that of a rule about another group."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description")


def scaling_of(cluster: DBCluster) -> dict[str, Any] | None:
    """Only clusters of the first Serverless have it."""
    return STOCK_SCALING.fget(cluster) if cluster.scaling_configuration else None


def delete_receipt_rule(response: EmailResponse) -> Any:
    """Delete one rule; harmless when it is gone."""
    rule_set = response.backend.receipt_rule_set.get(response._get_param("RuleSetName"))
    if rule_set:
        rule_set.rules[:] = [rule for rule in rule_set.rules if rule["Name"] != response._get_param("RuleName")]
    return EmptyResult()


def add_statement(policy: Policy, raw: str, qualifier: str | None = None) -> Any:
    """A call that the provider repeats adds nothing twice: what moto keeps twice it deletes once."""
    name = json.loads(raw).get("StatementId")
    with POLICY_LOCK:
        policy.statements[:] = [statement for statement in policy.statements if statement.get("Sid") != name]
        return STOCK_ADD_STATEMENT(policy, raw, qualifier)


def del_statement(policy: Policy, sid: str, revision: str = "") -> None:
    """One at a time: moto walks the list that it deletes from."""
    with POLICY_LOCK:
        STOCK_DEL_STATEMENT(policy, sid, revision)


def backend_app(service: Any) -> Any:
    """One service of moto, which says 501 for what it cannot do."""
    app = STOCK_APP(service)
    app.register_error_handler(NotImplementedError, lambda error: (str(error), NOT_IMPLEMENTED))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


STOCK_ATTRIBUTES: Any = Queue.attributes
STOCK_RESOURCE = IamResponse._determine_resource
STOCK_SCALING: Any = DBCluster.scaling_configuration_info
STOCK_APP = werkzeug_app.create_backend_app
STOCK_ADD_STATEMENT, STOCK_DEL_STATEMENT = Policy.add_statement, Policy.del_statement
POLICY_LOCK = threading.Lock()
PATCHES: tuple[tuple[type, str, object], ...] = (
    (Queue, "attributes", property(queue_attributes)),
    (FakeBucket, "get_permission", bucket_permission),
    (FakeDeleteMarker, "dispose", lambda _marker: None),  # asked for when a versioned bucket is emptied
    (IamResponse, "_determine_resource", asked_resource),
    (SecurityGroupRule, "description", property(rule_description)),
    (DBCluster, "scaling_configuration_info", property(scaling_of)),
    (DBInstanceClustered, "performance_insights_enabled", True),
    (Service, "availability_zone_rebalancing", "DISABLED"),
    (EmailResponse, "delete_receipt_rule", delete_receipt_rule),
    (Policy, "add_statement", add_statement),
    (Policy, "del_statement", del_statement),
)


def serve() -> None:
    """Serve until the process is ended."""
    for owner, name, value in PATCHES:
        setattr(owner, name, value)
    moto = werkzeug_app.DomainDispatcherApplication(backend_app)
    servers = [
        make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler)
        for application in (moto, SesSettings())
    ]
    os.environ["MOTO_PORT"] = str(servers[0].server_port)
    sys.stdout.write(" ".join(f"http://127.0.0.1:{server.server_port}" for server in servers) + "\n")
    sys.stdout.flush()
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    serve()
