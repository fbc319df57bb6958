"""The web function of the package, asked as API Gateway asks it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from sandbox.processes import ROOT
from tests.crash.scene import TEMPLATE
from tests.lambda_workers.runtime import Runtime

pytestmark = pytest.mark.postgres

HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def variables(server, tmp_path_factory) -> dict[str, str]:
    """As on Lambda: no sandbox, nothing of this machine."""
    return {
        "SECRET_KEY": "only for this proof, and nowhere else, fifty characters",
        "DATABASE_URL": server.copy_of(TEMPLATE, "web_function"),
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "ALLOWED_HOSTS": HOST,
        "PUBLIC_URL": f"https://{HOST}/test",
        "URL_PREFIX": "/test",
        "API_BODY_MAX_BYTES": "1000000",
        "KMS_KEY_ID": "alias/postroom",
        "TRUSTED_PROXY_COUNT": "1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }


@pytest.fixture(scope="module")
def function(package, variables):
    runtime = Runtime(package, "workers.handlers.web.handler", variables)
    yield runtime
    runtime.close()


def request(method: str, path: str, *, body: str = "", **headers: str) -> dict[str, Any]:
    """A request as the stage `test` of a REST API hands it over."""
    sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", **headers}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "requestContext": {"stage": "test", "path": f"/test{path}", "identity": {"sourceIp": "203.0.113.9"}},
        "body": base64.b64encode(body.encode()).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def ask(function: Runtime, *arguments: Any, **options: Any) -> dict[str, Any]:
    outcome = function.invoke(request(*arguments, **options))
    assert outcome.kind == "response", outcome.body
    return dict(outcome.body)


def text_of(answer: dict[str, Any]) -> str:
    body = answer.get("body") or ""
    return base64.b64decode(body).decode() if answer.get("isBase64Encoded") else str(body)


def test_the_login_page_and_its_files_lie_below_the_stage(function):
    answer = ask(function, "GET", "/admin/login/")
    page = text_of(answer)
    assert answer["statusCode"] == 200
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert links
    assert [link for link in links if not link.startswith("/test/")] == []
    style = next(link for link in links if link.endswith(".css"))
    answered = ask(function, "GET", style.removeprefix("/test"))
    assert answered["statusCode"] == 200
    assert "max-age=31536000" in json.dumps(answered)


def test_health_is_told_without_a_login(function):
    assert json.loads(text_of(ask(function, "GET", "/healthz"))) == {"database": "ok"}


def test_a_form_is_answered_and_guarded(function):
    body = "username=nobody&password=wrong"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask(function, "POST", "/admin/login/", body=body, **kind)["statusCode"] == 403
    page = ask(function, "GET", "/admin/login/")
    cookies = [
        value for name, values in page["multiValueHeaders"].items() if name.lower() == "set-cookie" for value in values
    ]
    cookie = next(value for value in cookies if "csrftoken=" in value).split(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(page))
    assert token is not None
    more = {"Cookie": cookie, "Referer": f"https://{HOST}/test/admin/login/", "Origin": f"https://{HOST}"}
    answer = ask(function, "POST", "/admin/login/", body=f"{body}&csrfmiddlewaretoken={token[1]}", **kind, **more)
    assert (answer["statusCode"], "csrfmiddlewaretoken" in text_of(answer)) == (200, True)


@pytest.fixture(scope="module")
def key(variables) -> str:
    """A key of the API."""
    environment = {**os.environ, "SANDBOX": "yes", **variables}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "tests.lambda_workers.stage", "api_key"]
    made = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return str(json.loads(made.strip().splitlines()[-1])["key"])


def test_the_api_answers_to_its_key_alone(function, key):
    assert ask(function, "GET", "/api/v1/lists")["statusCode"] == 401
    answer = ask(function, "GET", "/api/v1/lists", Authorization=f"Bearer {key}")
    assert answer["statusCode"] == 200, text_of(answer)


def test_a_body_that_is_too_large_is_refused(function, key):
    kind = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "Content-Length": "2000000"}
    answer = ask(function, "POST", "/api/v1/contacts", body="x" * 2_000_000, **kind)
    assert answer["statusCode"] == 413, text_of(answer)


def test_nothing_but_requests_is_carried_out(function):
    outcome = function.invoke({"raw_command": "print(1)"})
    assert (outcome.kind, outcome.body["errorType"]) == ("error", "UnknownEvent")
