"""Apple's configuration profile for Mail on iPhone, iPad and Mac. Pure.

Source: https://developer.apple.com/documentation/devicemanagement/mail
"""

from __future__ import annotations

import plistlib
from uuid import NAMESPACE_URL, uuid5

from credentials.client_settings.account import ClientAccount
from credentials.client_settings.autoconfig import IMAP_PORT


def mobileconfig(account: ClientAccount) -> bytes:
    """The profile of one account; the device asks for both passwords. Raises ValueError without `imap_host`.

    The same account always has the same identifiers, so that a second profile takes the place of the first.
    """
    if not account.imap_host:
        raise ValueError("Apple Mail has no account without a server for reading.")
    mail = {
        "PayloadType": "com.apple.mail.managed", "PayloadVersion": 1,
        "PayloadIdentifier": _identifier(account) + ".mail", "PayloadUUID": _uuid(account, "mail"),
        "PayloadDisplayName": account.name,
        "EmailAccountDescription": account.name, "EmailAccountName": account.name,
        "EmailAccountType": "EmailTypeIMAP", "EmailAddress": account.sender,
        "IncomingMailServerAuthentication": "EmailAuthPassword", "IncomingMailServerHostName": account.imap_host,
        "IncomingMailServerPortNumber": IMAP_PORT, "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": account.sender,
        "OutgoingMailServerAuthentication": "EmailAuthPassword", "OutgoingMailServerHostName": account.server.host,
        "OutgoingMailServerPortNumber": account.server.port, "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": account.login, "OutgoingPasswordSameAsIncomingPassword": False,
    }  # fmt: skip
    profile = {
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadContent": [mail],
        "PayloadIdentifier": _identifier(account), "PayloadUUID": _uuid(account, "profile"),
        "PayloadDisplayName": account.name,
    }  # fmt: skip
    return plistlib.dumps(profile)


def _identifier(account: ClientAccount) -> str:
    return "postroom." + ".".join(reversed(account.domain.split("."))) + "." + _uuid(account, "id")[:8].lower()


def _uuid(account: ClientAccount, part: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{part}:{account.sender}:{account.name}")).upper()
