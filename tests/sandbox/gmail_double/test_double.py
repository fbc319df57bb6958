"""The double answers as Google documents it; the portal's own client is not asked here."""

from __future__ import annotations

import hashlib
import json

import pytest
import urllib3

from sandbox.gmail_testing import USUAL_SCOPES, run_gmail_double

ANNA = "anna@gmail.example"
IMPORT = "/upload/gmail/v1/users/me/messages/import"
MAIL = b"Message-ID: <one@example.org>\r\nSubject: gr\xfc\xdfe\r\n\r\n\x00 lone \r and \n\r\n"


@pytest.fixture(scope="module")
def running():
    with run_gmail_double() as double:
        yield double


@pytest.fixture
def double(running):
    running.reset()
    return running


@pytest.fixture
def ask():
    with urllib3.PoolManager(retries=False) as pool:
        yield lambda method, url, **more: pool.request(method, url, redirect=False, **more)


def token(double, ask, *, scope: str = USUAL_SCOPES) -> str:
    form = {
        "grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret",
        "refresh_token": double.grant(ANNA, scope=scope),
    }  # fmt: skip
    return ask("POST", f"{double.url}/token", fields=form, encode_multipart=False).json()["access_token"]


def begin(double, ask, bearer: str, *, size: int = len(MAIL), **body) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {bearer}", "X-Upload-Content-Length": str(size)}
    url = f"{double.url}{IMPORT}?uploadType=resumable"
    return ask("POST", url, headers=headers, body=json.dumps(body).encode())


def put(ask, upload: str, content: bytes, content_range: str) -> urllib3.BaseHTTPResponse:
    return ask("PUT", upload, body=content, headers={"Content-Range": content_range})


def test_a_resumable_upload_keeps_every_byte(double, ask):
    upload = begin(double, ask, token(double, ask), labelIds=["INBOX"]).headers["Location"]
    answer = put(ask, upload, MAIL, f"bytes 0-{len(MAIL) - 1}/{len(MAIL)}")
    assert double.raw(answer.json()["id"]) == MAIL
    assert double.imports()[0]["sha256"] == hashlib.sha256(MAIL).hexdigest()


def test_parts_are_counted_and_a_finished_upload_answers_again(double, ask):
    raw = b"Message-ID: <two@example.org>\r\n\r\n" + b"x" * 400_000
    upload = begin(double, ask, token(double, ask), size=len(raw)).headers["Location"]
    first = put(ask, upload, raw[:262_144], f"bytes 0-262143/{len(raw)}")
    assert (first.status, first.headers["Range"]) == (308, "bytes=0-262143")
    assert put(ask, upload, b"", f"bytes */{len(raw)}").status == 308
    last = put(ask, upload, raw[262_144:], f"bytes 262144-{len(raw) - 1}/{len(raw)}")
    assert put(ask, upload, b"", f"bytes */{len(raw)}").json() == last.json()
    assert len(double.imports()) == 1


def test_mail_in_one_request_is_kept_too(double, ask):
    headers = {"Authorization": f"Bearer {token(double, ask)}", "Content-Type": "message/rfc822"}
    answer = ask("POST", f"{double.url}{IMPORT}?uploadType=media", headers=headers, body=MAIL)
    assert double.raw(answer.json()["id"]) == MAIL


def test_json_and_mail_in_one_request_give_labels(double, ask):
    body = b"--b\r\nContent-Type: application/json\r\n\r\n" + b'{"labelIds": ["INBOX"]}' + b"\r\n--b\r\n"
    body += b"Content-Type: message/rfc822\r\n\r\n" + MAIL + b"\r\n--b--"
    headers = {"Authorization": f"Bearer {token(double, ask)}", "Content-Type": 'multipart/related; boundary="b"'}
    answer = ask("POST", f"{double.url}{IMPORT}?uploadType=multipart", headers=headers, body=body)
    assert answer.json()["labelIds"] == ["INBOX"]
    assert double.raw(answer.json()["id"]) == MAIL


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/gmail/v1/users/me/messages?q=rfc822msgid:x", USUAL_SCOPES),
        ("/gmail/v1/users/me/labels", "openid https://www.googleapis.com/auth/gmail.insert"),
        ("/v1/userinfo", "https://www.googleapis.com/auth/gmail.insert"),
    ],
)
def test_a_token_opens_only_what_its_scopes_say(double, ask, path, scope):
    headers = {"Authorization": f"Bearer {token(double, ask, scope=scope)}"}
    assert ask("GET", double.url + path, headers=headers).status == 403


def test_userinfo_says_whose_token_it_is(double, ask):
    headers = {"Authorization": f"Bearer {token(double, ask)}"}
    assert ask("GET", f"{double.url}/v1/userinfo", headers=headers).json()["email"] == ANNA


def test_mail_is_found_by_its_message_id(double, ask):
    bearer = token(double, ask, scope=USUAL_SCOPES + " https://www.googleapis.com/auth/gmail.readonly")
    upload = begin(double, ask, bearer).headers["Location"]
    put(ask, upload, MAIL, f"bytes 0-{len(MAIL) - 1}/{len(MAIL)}")
    url = f"{double.url}/gmail/v1/users/me/messages?q=rfc822msgid:one@example.org"
    found = ask("GET", url, headers={"Authorization": f"Bearer {bearer}"}).json()
    assert [each["id"] for each in found["messages"]] == [double.mail(ANNA)[0]["id"]]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("badRequest", 400), ("authError", 401), ("userRateLimitExceeded", 403), ("domainPolicy", 403),
        ("notFound", 404), ("uploadTooLarge", 413), ("tooManyRequests", 429), ("internalError", 500),
    ],
)  # fmt: skip
def test_each_documented_error_comes_on_demand(double, ask, error, status):
    bearer = token(double, ask)
    double.add_fault(kind="answer", error=error, retry_after_s=7, count=1)
    answer = begin(double, ask, bearer)
    assert (answer.status, answer.headers["Retry-After"]) == (status, "7")
    assert answer.json()["error"]["code"] == status
    assert begin(double, ask, bearer).status == 200


def test_the_quota_of_a_mailbox_ends_with_429(double, ask):
    double.ask("POST", "quota", {"units_per_min": 50})
    bearer = token(double, ask)
    assert [begin(double, ask, bearer).status for _ in range(3)] == [200, 200, 429]


def test_a_refresh_token_ends_when_its_time_is_over(double, ask):
    refresh = double.grant(ANNA, expires_in_s=3600)
    form = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": refresh,
    }
    assert (
        ask("POST", f"{double.url}/token", fields=form, encode_multipart=False).json()["refresh_token_expires_in"]
        <= 3600
    )
    double.ask("POST", "clock", {"advance_s": 3601})
    assert ask("POST", f"{double.url}/token", fields=form, encode_multipart=False).json()["error"] == "invalid_grant"


def test_a_foreign_client_is_refused(double, ask):
    form = {"grant_type": "refresh_token", "client_id": "x", "client_secret": "y", "refresh_token": "z"}
    answer = ask("POST", f"{double.url}/token", fields=form, encode_multipart=False)
    assert (answer.status, answer.json()["error"]) == (401, "invalid_client")


def test_only_this_machine_is_answered(double, ask):
    assert ask("GET", f"{double.url}/gmail/", headers={"Host": "evil.example"}).status == 403


def test_mail_is_shown_as_text_and_never_run(double, ask):
    raw = b"Subject: <script>alert(1)</script>\r\n\r\n<script>alert(2)</script>"
    upload = begin(double, ask, token(double, ask), size=len(raw)).headers["Location"]
    gmail_id = put(ask, upload, raw, f"bytes 0-{len(raw) - 1}/{len(raw)}").json()["id"]
    shown = ask("GET", f"{double.url}/gmail/mail/{gmail_id}/").data
    assert b"<script" not in shown
    assert ask("GET", f"{double.url}/gmail/mail/{gmail_id}/source").data == raw
