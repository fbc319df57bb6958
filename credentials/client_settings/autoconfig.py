"""Thunderbird's configuration file (Autoconfiguration, config version 1.1). Pure.

Source: https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/config-file-format.html
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from credentials.client_settings.account import ClientAccount

OWN_ADDRESS = "%EMAILADDRESS%"  # Thunderbird puts the person's address there
IMAP_PORT = 993
_SIGNS_IN_AT_THE_PROVIDER = ("imap.gmail.com", "outlook.office365.com")  # by OAuth, never by a password


def autoconfig_xml(account: ClientAccount) -> bytes:
    """The file for one account. Without `imap_host` it names no server for reading, and only sending is set up."""
    root = Element("clientConfig", version="1.1")
    provider = SubElement(root, "emailProvider", id=account.domain)
    _add(provider, domain=account.domain, displayName=account.name, displayShortName=account.name)
    if account.imap_host:
        _add_incoming(provider, account.imap_host)
    _add_outgoing(provider, account, port=account.server.port, socket_type="STARTTLS")
    _add_outgoing(provider, account, port=account.server.tls_port, socket_type="SSL")
    indent(root)
    document: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return document + b"\n"


def _add_incoming(provider: Element, host: str) -> None:
    server = SubElement(provider, "incomingServer", type="imap")
    authentication = "OAuth2" if host in _SIGNS_IN_AT_THE_PROVIDER else "password-cleartext"
    _add(
        server,
        hostname=host,
        port=str(IMAP_PORT),
        socketType="SSL",
        authentication=authentication,
        username=OWN_ADDRESS,
    )


def _add_outgoing(provider: Element, account: ClientAccount, *, port: int, socket_type: str) -> None:
    server = SubElement(provider, "outgoingServer", type="smtp")
    _add(
        server,
        hostname=account.server.host,
        port=str(port),
        socketType=socket_type,
        authentication="password-cleartext",  # within TLS
        username=account.login,
    )


def _add(parent: Element, **texts: str) -> None:
    for tag, text in texts.items():
        SubElement(parent, tag).text = text
