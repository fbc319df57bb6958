from __future__ import annotations

import ssl

import pytest
import urllib3
from botocore.exceptions import MetadataRetrievalError

from portal.aws import ses
from portal.aws.session import session
from portal.errors import AnswerLost, ConfigurationError, Refused, Throttled, Unavailable


class Pool(urllib3.PoolManager):
    """Stands in for the connections to SES: gives one answer, or fails, and counts the requests."""

    def __init__(self, answer: urllib3.HTTPResponse | Exception) -> None:
        super().__init__()
        self.answer = answer
        self.request_count = 0

    def request(self, *_args, **_kwargs) -> urllib3.HTTPResponse:
        self.request_count += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def answering(monkeypatch):
    """Let SES answer this; returns the pool."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    session.cache_clear()

    def answer_with(answer: urllib3.HTTPResponse | Exception) -> Pool:
        pool = Pool(answer)
        wire = ses._Wire(endpoint="http://127.0.0.1:1", signing_name="ses", region="us-east-1", pool=pool)
        monkeypatch.setattr(ses, "_wire", lambda: wire)
        return pool

    yield answer_with
    session.cache_clear()


def answer(status: int, body: bytes, code: str = "") -> urllib3.HTTPResponse:
    return urllib3.HTTPResponse(body, status=status, headers={"x-amzn-errortype": code} if code else {})


def test_an_accepted_mail_gives_its_id(answering):
    pool = answering(answer(200, b'{"MessageId": "m-1"}'))
    assert ses.send_raw_email({}) == "m-1"
    assert pool.request_count == 1


def test_a_used_up_quota_is_a_throttle_and_no_refusal(answering):
    answering(answer(400, b'{"message": "Daily message quota exceeded."}', "LimitExceededException"))
    with pytest.raises(Throttled) as caught:
        ses.send_raw_email({})
    assert caught.value.code == "LimitExceededException"


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"7", b"<html>", b'{"MessageId": ""}'])
def test_an_answer_without_a_message_id_leaves_it_uncertain(answering, body):
    answering(answer(200, body))
    with pytest.raises(AnswerLost):
        ses.send_raw_email({})


def test_what_ses_refuses_is_refused(answering):
    answering(answer(403, b'{"message": "Signature expired"}', "InvalidSignatureException"))
    with pytest.raises(Refused):
        ses.send_raw_email({})


def test_a_certificate_that_is_not_trusted_is_noticed_before_anything_is_sent(answering):
    answering(urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed certificate")))
    with pytest.raises(Unavailable):
        ses.send_raw_email({})


def test_a_connection_that_breaks_leaves_it_uncertain(answering):
    answering(urllib3.exceptions.SSLError(ssl.SSLError("unexpected eof")))
    with pytest.raises(AnswerLost):
        ses.send_raw_email({})


def test_without_credentials_nothing_is_sent(answering, monkeypatch):
    pool = answering(answer(200, b"{}"))
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _self: None)
    with pytest.raises(ConfigurationError):
        ses.send_raw_email({})
    assert pool.request_count == 0


def test_credentials_that_cannot_be_fetched_now_are_an_outage(answering, monkeypatch):
    def stumble(_self):
        raise MetadataRetrievalError(error_msg="timed out")

    pool = answering(answer(200, b"{}"))
    monkeypatch.setattr("botocore.session.Session.get_credentials", stumble)
    with pytest.raises(Unavailable):
        ses.send_raw_email({})
    assert pool.request_count == 0
