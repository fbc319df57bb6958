from __future__ import annotations

import plistlib
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from credentials.client_settings.account import ClientAccount, SmtpServer
from credentials.client_settings.autoconfig import autoconfig_xml
from credentials.client_settings.mobileconfig import mobileconfig

HOST = "email-smtp.eu-west-1.amazonaws.com"
ACCOUNT = ClientAccount(SmtpServer(HOST), "Ann & <Bob>", "AKIAEXAMPLE", "ann@example.org", "imap.gmail.com")
SERVER_FIELDS = ["hostname", "port", "socketType", "authentication", "username"]


def servers(account: ClientAccount) -> list[tuple[str, dict[str, str]]]:
    """Every server of the file, as Thunderbird reads it: kind, and its fields."""
    provider = fromstring(autoconfig_xml(account)).find("emailProvider")  # our own file
    return [(child.tag, {field.tag: field.text for field in child}) for child in provider if len(child)]


def test_thunderbirds_file_has_the_shape_of_version_1_1():
    root = fromstring(autoconfig_xml(ACCOUNT))  # our own file
    provider = root.find("emailProvider")
    assert (root.tag, root.get("version"), provider.get("id")) == ("clientConfig", "1.1", "example.org")
    assert (provider.findtext("domain"), provider.findtext("displayName")) == ("example.org", "Ann & <Bob>")
    assert [kind for kind, _fields in servers(ACCOUNT)] == ["incomingServer", "outgoingServer", "outgoingServer"]
    assert all(list(fields) == SERVER_FIELDS for _kind, fields in servers(ACCOUNT))


def test_thunderbird_is_offered_both_ways_into_tls_with_the_user_name():
    sending = [fields for kind, fields in servers(ACCOUNT) if kind == "outgoingServer"]
    assert [(one["port"], one["socketType"]) for one in sending] == [("587", "STARTTLS"), ("465", "SSL")]
    assert {(one["hostname"], one["username"]) for one in sending} == {(HOST, "AKIAEXAMPLE")}


@pytest.mark.parametrize(("host", "way"), [("imap.gmail.com", "OAuth2"), ("imap.example.org", "password-cleartext")])
def test_thunderbird_signs_in_for_reading_as_the_provider_wants_it(host, way):
    (reading,) = [fields for kind, fields in servers(replace(ACCOUNT, imap_host=host)) if kind == "incomingServer"]
    assert (reading["hostname"], reading["authentication"]) == (host, way)


def test_without_a_server_for_reading_thunderbird_gets_sending_alone():
    assert {kind for kind, _fields in servers(replace(ACCOUNT, imap_host=""))} == {"outgoingServer"}


def test_apples_profile_sets_up_sending_and_holds_no_password():
    profile = plistlib.loads(mobileconfig(ACCOUNT))
    (mail,) = profile["PayloadContent"]
    assert (profile["PayloadType"], mail["PayloadType"]) == ("Configuration", "com.apple.mail.managed")
    assert (mail["OutgoingMailServerHostName"], mail["OutgoingMailServerPortNumber"]) == (HOST, 587)
    assert (mail["OutgoingMailServerUsername"], mail["EmailAddress"]) == ("AKIAEXAMPLE", "ann@example.org")
    assert not [key for key in mail if isinstance(mail[key], str) and key.endswith("Password")]


def test_a_second_profile_takes_the_place_of_the_first():
    first, second = (plistlib.loads(mobileconfig(replace(ACCOUNT, login=key))) for key in ("AKIA1", "AKIA2"))
    assert first["PayloadUUID"] == second["PayloadUUID"]
    assert first["PayloadIdentifier"] == second["PayloadIdentifier"]


def test_apples_profile_needs_a_server_for_reading():
    with pytest.raises(ValueError, match="reading"):
        mobileconfig(replace(ACCOUNT, imap_host=""))
