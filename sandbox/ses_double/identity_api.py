"""The calls about identities. Where the sandbox plays a DNS, a domain is verified once its records are found there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from sandbox.ses_double.errors import bad_request

if TYPE_CHECKING:
    from sandbox.ses_double.account import Identity
    from sandbox.ses_double.double import Double

Json = dict[str, object]


class MailFromRequest(TypedDict, total=False):
    """PUT /v2/email/identities/{name}/mail-from."""

    MailFromDomain: str
    BehaviorOnMxFailure: str


def create_identity(double: Double, request: dict[str, str]) -> Json:
    """Add an identity. An address is not verified; a domain is at once where no DNS is played."""
    name = request["EmailIdentity"]
    chosen = request.get("ConfigurationSetName", "")
    if chosen:
        double.account.configuration_set(chosen)
    waits = "@" in name or double.names.is_asked
    identity = double.account.add_identity(name, is_verified=not waits)
    identity.configuration_set = chosen
    _publish(double, identity)
    _look(double, identity)
    return {
        "IdentityType": identity.kind,
        "VerifiedForSendingStatus": identity.is_verified,
        "DkimAttributes": _dkim(double, identity),
    }


def get_identity(double: Double, name: str) -> Json:
    """Return GetEmailIdentity's reply. Raises SesError."""
    identity = double.account.identity(name)
    _look(double, identity)
    return {
        "IdentityType": identity.kind,
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": identity.is_verified,
        "VerificationStatus": _verification(identity),
        "DkimAttributes": _dkim(double, identity),
        "MailFromAttributes": _mail_from(double, identity),
        **({"ConfigurationSetName": identity.configuration_set} if identity.configuration_set else {}),
        "Policies": {},
        "Tags": [],
    }


def list_identities(double: Double) -> Json:
    """Return ListEmailIdentities' reply, all on one page."""
    identities = list(double.account.identities.values())
    for identity in identities:
        _look(double, identity)
    return {
        "EmailIdentities": [
            {
                "IdentityName": identity.name,
                "IdentityType": identity.kind,
                "SendingEnabled": identity.is_verified,
                "VerificationStatus": _verification(identity),
            }
            for identity in identities
        ]
    }


def delete_identity(double: Double, name: str) -> Json:
    """Forget an identity. Raises SesError."""
    double.account.identity(name)
    del double.account.identities[name.lower()]
    return {}


def put_mail_from(double: Double, name: str, request: MailFromRequest) -> Json:
    """Set the MAIL FROM domain. Raises SesError for one that is not below the identity."""
    identity = double.account.identity(name)
    wanted = request.get("MailFromDomain", "").lower()
    if wanted and not wanted.endswith("." + identity.name.rpartition("@")[2].lower()):
        message = f"Provided MAIL-FROM domain <{wanted}> is not subdomain of the domain of the identity <{name}>."
        raise bad_request(message)
    identity.mail_from = wanted
    _publish(double, identity)
    return {}


def put_configuration_set(double: Double, name: str, request: dict[str, str]) -> Json:
    """Set the configuration set of mail that names none. Raises SesError."""
    identity = double.account.identity(name)
    chosen = request.get("ConfigurationSetName", "")
    if chosen:
        double.account.configuration_set(chosen)
    identity.configuration_set = chosen
    return {}


def put_dkim_signing(double: Double, name: str, _request: Json) -> Json:
    """Look for the DKIM records again."""
    identity = double.account.identity(name)
    identity.has_failed = False
    _look(double, identity)
    return {"DkimStatus": _dkim(double, identity)["Status"], "DkimTokens": list(identity.dkim_tokens)}


def _publish(double: Double, identity: Identity) -> None:
    """Write the records of a domain whose owner, here, is quick."""
    name = identity.name.lower()
    if name in double.settings.published | double.settings.half_published:
        double.names.publish(identity, double.settings.region)
    if name in double.settings.half_published:
        double.names.spoil(identity)


def _look(double: Double, identity: Identity) -> None:
    """Verify a domain whose keys are found, as SES does within minutes; what was verified stays so for days."""
    if double.names.is_asked and identity.kind == "DOMAIN" and double.names.has_dkim(identity):
        identity.is_verified, identity.has_failed = True, False


def _verification(identity: Identity) -> str:
    if identity.is_verified:
        return "SUCCESS"
    return "FAILED" if identity.has_failed else "PENDING"


def _dkim(double: Double, identity: Identity) -> Json:
    if identity.kind == "EMAIL_ADDRESS":
        return {"SigningEnabled": False, "Status": "NOT_STARTED", "SigningAttributesOrigin": "AWS_SES"}
    status = _verification(identity)
    if double.names.is_asked and status == "SUCCESS" and not double.names.has_dkim(identity):
        status = "TEMPORARY_FAILURE"
    return {
        "SigningEnabled": True,
        "Status": status,
        "Tokens": list(identity.dkim_tokens),
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": "RSA_2048_BIT",
        "CurrentSigningKeyLength": "RSA_2048_BIT",
    }


def _mail_from(double: Double, identity: Identity) -> Json:
    known: Json = {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    if not identity.mail_from:
        return known
    is_found = not double.names.is_asked or double.names.has_mail_from(identity, double.settings.region)
    return {**known, "MailFromDomain": identity.mail_from, "MailFromDomainStatus": "SUCCESS" if is_found else "PENDING"}
