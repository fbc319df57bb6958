"""People's consents: codes, refresh tokens, access tokens, and how long they are good for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.store import Store
from sandbox.ses_double.clock import Clock

CODE_S = 600
ACCESS_TOKEN_S = 3_599


@dataclass(slots=True)
class TokenSettings:
    """How the client stands with Google; may be changed while it runs."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"
    refresh_token_expires_in: int = 0  # 0 = not told, as for published apps; 604799 = an app in testing
    access_token_s: int = ACCESS_TOKEN_S
    leaves_out_refresh_token: bool = False  # as on a second consent without prompt=consent


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to on the consent page."""

    email: str
    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    is_offline: bool


class Accounts:
    """Answers what the token endpoint and the Gmail calls ask about consents."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.settings = TokenSettings()

    def add(self, email: str) -> None:
        """Make sure that there is such an account."""
        subject = str(int(hashlib.sha256(email.encode()).hexdigest()[:16], 16))
        self._store.change("INSERT OR IGNORE INTO account VALUES (?, ?)", (email, subject))

    def emails(self) -> list[str]:
        """Return the addresses of all accounts."""
        return [row["email"] for row in self._store.rows("SELECT email FROM account ORDER BY email")]

    def agree(self, consent: Consent) -> str:
        """Return a code for what was agreed to; it can be used once, for ten minutes."""
        self.add(consent.email)
        code = "4/" + secrets.token_urlsafe(24)
        values = (code, consent.email, consent.client_id, consent.redirect_uri, consent.challenge, consent.scope,
                  int(consent.is_offline), self._clock.now())  # fmt: skip
        self._store.change("INSERT INTO code VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise GoogleError for another client than ours."""
        if client_id != self.settings.client_id or not hmac.compare_digest(client_secret, self.settings.client_secret):
            raise GoogleError("invalid_client")

    def redeem_code(self, code: str, *, redirect_uri: str, verifier: str) -> dict[str, object]:
        """Return the tokens of a code. Raises GoogleError for one that is not good."""
        row = self._store.row("SELECT * FROM code WHERE code = ?", (code,))
        self._store.change("DELETE FROM code WHERE code = ?", (code,))
        if row is None or row["made_at_s"] + CODE_S < self._clock.now() or row["redirect_uri"] != redirect_uri:
            raise GoogleError("invalid_grant", "Malformed auth code.")
        if row["challenge"] and not hmac.compare_digest(challenge_of(verifier), row["challenge"]):
            raise GoogleError("invalid_grant", "Invalid code verifier.")
        refresh = self._new_refresh(row["email"], row["client_id"], row["scope"])
        answer = self._with_access(refresh, row["email"], row["scope"])
        if row["is_offline"] and not self.settings.leaves_out_refresh_token:
            answer["refresh_token"] = refresh
            answer.update(self._lifetime(refresh))
        if "openid" in row["scope"].split():
            answer["id_token"] = self._id_token(row["email"])
        return answer

    def refresh(self, token: str) -> dict[str, object]:
        """Return a new access token. Raises GoogleError for a refresh token that is no longer good."""
        row = self._store.row("SELECT * FROM refresh WHERE token = ?", (token,))
        if row is None or row["is_revoked"] or self._is_over(row["expires_at_s"]):
            raise GoogleError("invalid_grant")
        return {**self._with_access(token, row["email"], row["scope"]), **self._lifetime(token)}

    def give(self, email: str, scope: str, *, expires_in_s: float | None) -> str:
        """Return a refresh token without a consent page, for tests and the demo."""
        self.add(email)
        return self._new_refresh(email, self.settings.client_id, scope, expires_in_s)

    def keep_standing(self, email: str, token: str, scope: str, *, expires_in_s: float | None) -> None:
        """Make sure of a consent with a token that is known beforehand; one that is there stays as it is."""
        self.add(email)
        expires_at_s = None if expires_in_s is None else self._clock.now() + expires_in_s
        sql = "INSERT OR IGNORE INTO refresh (token, email, client_id, scope, expires_at_s) VALUES (?, ?, ?, ?, ?)"
        self._store.change(sql, (token, email, self.settings.client_id, scope, expires_at_s))

    def revoke(self, token: str) -> bool:
        """End a consent by its refresh or access token; False when there is no such token."""
        row = self._store.row("SELECT refresh FROM access WHERE token = ?", (token,))
        refresh = row["refresh"] if row else token
        self._store.change("DELETE FROM access WHERE refresh = ?", (refresh,))
        return self._store.change("UPDATE refresh SET is_revoked = 1 WHERE token = ?", (refresh,)) > 0

    def revoke_all_of(self, email: str) -> None:
        """End every consent of an account, as its owner does on Google's own page."""
        self._store.change("UPDATE refresh SET is_revoked = 1 WHERE email = ?", (email,))
        self._store.change("DELETE FROM access WHERE email = ?", (email,))

    def expire_access_of(self, email: str) -> None:
        """Let every access token of an account run out."""
        self._store.change("UPDATE access SET expires_at_s = 0 WHERE email = ?", (email,))

    def holder(self, token: str) -> tuple[str, set[str]]:
        """Return whose access token it is and what it permits. Raises GoogleError when it is no longer good."""
        row = self._store.row("SELECT * FROM access WHERE token = ?", (token,))
        if row is None or self._is_over(row["expires_at_s"]):
            raise GoogleError("authError")
        return row["email"], set(row["scope"].split())

    def email_of_refresh(self, token: str) -> str:
        """Return whose refresh token it is, good or not; "" for none of ours."""
        row = self._store.row("SELECT email FROM refresh WHERE token = ?", (token,))
        return row["email"] if row else ""

    def subject_of(self, email: str) -> str:
        """Return Google's own number of an account."""
        row = self._store.row("SELECT subject FROM account WHERE email = ?", (email,))
        return row["subject"] if row else ""

    def _is_over(self, expires_at_s: float | None) -> bool:
        return expires_at_s is not None and expires_at_s <= self._clock.now()

    def _new_refresh(self, email: str, client_id: str, scope: str, expires_in_s: float | None = None) -> str:
        lifetime_s = expires_in_s if expires_in_s is not None else self.settings.refresh_token_expires_in or None
        expires_at_s = None if lifetime_s is None else self._clock.now() + lifetime_s
        token = "1//" + secrets.token_urlsafe(32)
        values = (token, email, client_id, scope, expires_at_s)
        self._store.change(
            "INSERT INTO refresh (token, email, client_id, scope, expires_at_s) VALUES (?,?,?,?,?)", values
        )
        return token

    def _with_access(self, refresh: str, email: str, scope: str) -> dict[str, object]:
        token, lifetime_s = "ya29." + secrets.token_urlsafe(32), self.settings.access_token_s
        values = (token, refresh, email, scope, self._clock.now() + lifetime_s)
        self._store.change("INSERT INTO access VALUES (?, ?, ?, ?, ?)", values)
        return {"access_token": token, "expires_in": lifetime_s, "scope": scope, "token_type": "Bearer"}

    def _lifetime(self, refresh: str) -> dict[str, object]:
        row = self._store.row("SELECT expires_at_s FROM refresh WHERE token = ?", (refresh,))
        if row is None or row["expires_at_s"] is None:
            return {}
        return {"refresh_token_expires_in": int(row["expires_at_s"] - self._clock.now())}

    def _id_token(self, email: str) -> str:
        now_s = int(self._clock.now())
        claims = {"iss": "https://accounts.google.com", "aud": self.settings.client_id, "sub": self.subject_of(email),
                  "email": email, "email_verified": True, "iat": now_s, "exp": now_s + 3_600}  # fmt: skip
        head = {"alg": "RS256", "typ": "JWT", "kid": "sandbox"}
        return ".".join([*(_base64url(json.dumps(part).encode()) for part in (head, claims)), _base64url(b"unsigned")])


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
