"""Identities of the double where it plays a DNS, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.ses_double import identity_api
from sandbox.ses_double.double import Double, DoubleSettings
from sandbox.ses_double.errors import SesError
from sandbox.ses_double.name_server import NameServer

RIGHT, WRONG, OTHER = "right.example", "wrong.example", "other.example"


def told(reply: identity_api.Json) -> Any:
    """What a client reads from a reply."""
    return json.loads(json.dumps(reply))


@pytest.fixture
def double(tmp_path):
    settings = DoubleSettings(
        tmp_path, mailbox_kept_count=0, published=frozenset({RIGHT}), half_published=frozenset({WRONG})
    )
    made = Double(settings)
    made.names.is_asked = True
    yield made
    made.log.close()


def test_a_domain_is_verified_by_the_records_of_its_owner(double):
    for name, is_verified in ((RIGHT, True), (WRONG, False), (OTHER, False)):
        assert (
            told(identity_api.create_identity(double, {"EmailIdentity": name}))["VerifiedForSendingStatus"]
            is is_verified
        )

    double.names.publish(double.account.identity(OTHER), "us-east-1")

    assert identity_api.get_identity(double, OTHER)["VerificationStatus"] == "SUCCESS"
    listed = told(identity_api.list_identities(double))["EmailIdentities"]
    assert [each["SendingEnabled"] for each in listed] == [True, False, True]


def test_mistakes_are_those_that_people_make(double):
    identity_api.create_identity(double, {"EmailIdentity": WRONG})
    token = double.account.identity(WRONG).dkim_tokens[-1]
    assert double.names.look_up(f"{token}._domainkey.{WRONG}.{WRONG}", "CNAME")
    assert sum(text.startswith("v=spf1") for text in double.names.look_up(WRONG, "TXT")) == 2


def test_keys_are_the_same_after_a_restart_and_differ_between_domains(double):
    first = told(identity_api.create_identity(double, {"EmailIdentity": RIGHT}))["DkimAttributes"]["Tokens"]
    identity_api.delete_identity(double, RIGHT)
    assert told(identity_api.create_identity(double, {"EmailIdentity": RIGHT}))["DkimAttributes"]["Tokens"] == first
    assert told(identity_api.create_identity(double, {"EmailIdentity": OTHER}))["DkimAttributes"]["Tokens"] != first


def test_mail_from_must_be_below_the_domain(double):
    identity_api.create_identity(double, {"EmailIdentity": OTHER})
    with pytest.raises(SesError):
        identity_api.put_mail_from(double, OTHER, {"MailFromDomain": "mail.elsewhere.example"})
    identity_api.put_mail_from(double, OTHER, {"MailFromDomain": f"mail.{OTHER}"})
    assert told(identity_api.get_identity(double, OTHER))["MailFromAttributes"]["MailFromDomainStatus"] == "PENDING"


def test_what_is_no_question_gets_no_answer(double):
    server = NameServer(double.names)
    assert server.answer(b"\x00") is None
    for each in server._servers:
        each.server_close()
