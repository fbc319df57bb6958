"""People, invitations and second factors."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group, User
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from portal.accounts.cipher import keep_secret
from portal.accounts.links import invitation_url, new_address_url, password_url
from portal.accounts.models import Invitation
from portal.roles import MARKETER, OWNER

PASSWORD = "a-long-and-good-pass-phrase"


def make_user(username: str = "ann", *, role: str = MARKETER, address: str = "", password: str = PASSWORD) -> User:
    """Somebody who works here."""
    user = User.objects.create_user(username, address or f"{username}@portal.example", password or None, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def make_invitation(address: str = "new@portal.example", *, role: str = MARKETER, days: int = 7) -> Invitation:
    """Open for some days; fewer than none is too old."""
    invitation = Invitation.objects.create(
        address=address, address_key=address.lower(), expires_at=timezone.now() + timedelta(days=days)
    )
    invitation.roles.add(Group.objects.get(name=role))
    return invitation


def give_app(user: User) -> str:
    """An authenticator app; returns its secret."""
    secret = generate_totp_secret()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": keep_secret(secret)})
    return secret


def give_passkey(user: User) -> None:
    """A passkey as a device would have registered it; its private key is thrown away."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    credential = AttestedCredentialData.create(Aaguid.NONE, b"0" * 16, public_key)
    attestation = AttestationObject.create("none", AuthenticatorData.create(b"0" * 32, flags, 0, credential), {})
    said = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    key_id = websafe_encode(credential.credential_id)
    response = {"attestationObject": websafe_encode(attestation), "clientDataJSON": websafe_encode(said)}
    data = {"id": key_id, "rawId": key_id, "type": "public-key", "response": response}
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "My laptop", "credential": data}
    )


def give_codes(user: User) -> list[str]:
    """Recovery codes, in words."""
    seed = "0123456789" * 8
    codes = Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": keep_secret(seed), "used_mask": 0}
    )
    return list(codes.wrap().generate_codes())


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds away."""
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + steps))


def token_of(url: str) -> str:
    """The last part of a link."""
    return url.rstrip("/").rpartition("/")[2]


def account_things() -> dict[str, str]:
    """What stands in addresses of accounts."""
    person = make_user("una", role=OWNER)
    invitation = make_invitation()
    return {
        "invitation": str(invitation.pk),
        "invitation_token": token_of(invitation_url(invitation)),
        "password_token": token_of(password_url(person)),
        "address_token": token_of(new_address_url(person, "una@elsewhere.example")),
        "factor": "4711",
    }
