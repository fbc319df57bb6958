"""Identities at Amazon SES v2: domains and addresses that may be sent from.

SES takes one call of each kind a second; whoever calls keeps to it.
Source: SES API v2 Reference, CreateEmailIdentity, GetEmailIdentity, ListEmailIdentities, DeleteEmailIdentity,
PutEmailIdentityMailFromAttributes, PutEmailIdentityConfigurationSetAttributes, PutEmailIdentityDkimSigningAttributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.session import client, translated
from portal.errors import Refused

_THERE = "AlreadyExistsException"
_GONE = "NotFoundException"
SUCCESS = "SUCCESS"


@dataclass(frozen=True, slots=True)
class Identity:
    """What SES says of one identity; its words of state are PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE, NOT_STARTED."""

    is_verified: bool  # it may be sent from
    verification: str
    dkim: str
    dkim_tokens: tuple[str, ...]  # none where the domain signs with a key of its own
    dkim_zone: str  # where the CNAMEs lead; "" where SES does not say
    is_own_key: bool
    mail_from: str
    mail_from_state: str
    configuration_set: str


@dataclass(frozen=True, slots=True)
class ListedIdentity:
    """One identity of the account; `name` in lower case."""

    name: str
    is_verified: bool


def create_identity(name: str, *, configuration_set: str) -> bool:
    """Make an identity, a domain with Easy DKIM; False when the account has it already. Raises OutsideError.

    SES writes to an address to ask whether it is its owner's wish.
    """
    chosen = {"ConfigurationSetName": configuration_set} if configuration_set else {}
    try:
        with translated("ses"):
            client("sesv2").create_email_identity(EmailIdentity=name, **chosen)
    except Refused as error:
        if error.code != _THERE:
            raise
        return False
    return True


def read_identity(name: str) -> Identity | None:
    """What SES says of an identity; None when the account does not have it. Raises OutsideError."""
    try:
        with translated("ses"):
            answer = client("sesv2").get_email_identity(EmailIdentity=name)
    except Refused as error:
        if error.code != _GONE:
            raise
        return None
    dkim, mail_from = answer.get("DkimAttributes", {}), answer.get("MailFromAttributes", {})
    is_own_key = dkim.get("SigningAttributesOrigin") == "EXTERNAL"
    return Identity(
        is_verified=bool(answer.get("VerifiedForSendingStatus")),
        verification=str(answer.get("VerificationStatus", "")),
        dkim=str(dkim.get("Status", "")),
        dkim_tokens=() if is_own_key else tuple(str(token) for token in dkim.get("Tokens", ())),
        dkim_zone=str(dkim.get("SigningHostedZone", "")).rstrip(".").lower(),
        is_own_key=is_own_key,
        mail_from=str(mail_from.get("MailFromDomain", "")).lower(),
        mail_from_state=str(mail_from.get("MailFromDomainStatus", "")),
        configuration_set=str(answer.get("ConfigurationSetName", "")),
    )


def restart_dkim(name: str) -> None:
    """Let SES look for the DKIM records of a domain again, after it has given up (72 hours). Raises OutsideError."""
    with translated("ses"):
        client("sesv2").put_email_identity_dkim_signing_attributes(
            EmailIdentity=name,
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"},
        )


def set_mail_from(name: str, mail_from: str) -> None:
    """Set the MAIL FROM domain of a domain; "" takes it away. Raises OutsideError.

    While its MX is missing SES sends with its own, so that no mail is lost.
    """
    chosen: dict[str, Any] = {"MailFromDomain": mail_from} if mail_from else {}
    with translated("ses"):
        client("sesv2").put_email_identity_mail_from_attributes(
            EmailIdentity=name, BehaviorOnMxFailure="USE_DEFAULT_VALUE", **chosen
        )


def set_configuration_set(name: str, configuration_set: str) -> None:
    """Set the configuration set of mail that names none; "" takes it away. Raises OutsideError."""
    chosen = {"ConfigurationSetName": configuration_set} if configuration_set else {}
    with translated("ses"):
        client("sesv2").put_email_identity_configuration_set_attributes(EmailIdentity=name, **chosen)


def delete_identity(name: str) -> None:
    """Delete an identity; harmless when it is gone. Raises OutsideError."""
    try:
        with translated("ses"):
            client("sesv2").delete_email_identity(EmailIdentity=name)
    except Refused as error:
        if error.code != _GONE:
            raise


def list_identities() -> list[ListedIdentity]:
    """Every identity of the account in this region. Raises OutsideError."""
    found: list[ListedIdentity] = []
    token = ""
    while True:
        with translated("ses"):
            answer = client("sesv2").list_email_identities(**({"NextToken": token} if token else {}))
        found += [
            ListedIdentity(str(each["IdentityName"]).lower(), bool(each.get("SendingEnabled")))
            for each in answer.get("EmailIdentities", [])
        ]
        token = answer.get("NextToken", "")
        if not token:
            return found


def verified_identities() -> set[str]:
    """Domains and addresses that SES lets us send from, in lower case. Raises OutsideError."""
    return {each.name for each in list_identities() if each.is_verified}
