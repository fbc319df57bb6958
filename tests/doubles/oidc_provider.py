"""An OpenID provider on loopback: discovery, the code flow with PKCE, signed tokens, keys, userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "postroom", "a-secret-of-the-client"


class OidcProvider:
    """`person` is who is logged in there; the switches make it lie."""

    def __init__(self) -> None:
        self.issuer = ""
        self.person: dict[str, Any] = {
            "sub": "u-1", "email": "ada@club.example", "email_verified": True, "name": "Ada Lovelace",
            "preferred_username": "ada",
        }  # fmt: skip
        self.signs_with = self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.userinfo_sub = ""
        self.nonce: str | None = None  # instead of the one that was sent
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]}

    def authorize(self, wanted: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        self.asked.append(wanted)
        assert wanted["client_id"] == CLIENT_ID
        assert wanted["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = wanted
        return f"{wanted['redirect_uri']}?{urlencode({'code': code, 'state': wanted['state']})}"

    def token(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        wanted = self._codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        is_right = (
            wanted is not None
            and sent.get("client_secret") == CLIENT_SECRET
            and wanted["code_challenge"] == challenge.rstrip(b"=").decode()
            and wanted["redirect_uri"] == sent["redirect_uri"]
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **self.person}
        if nonce := self.nonce or (wanted or {}).get("nonce"):
            claims["nonce"] = nonce
        id_token = jwt.encode(claims, self.signs_with, algorithm="RS256", headers={"kid": "k1"})
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def userinfo(self) -> dict[str, Any]:
        return {**self.person, "sub": self.userinfo_sub or self.person["sub"]}

    def go_there(self, url: str) -> str:
        """What a browser does that is sent to the provider by us: log in there, and be sent back."""
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(url, timeout=5) as answer:
            return str(answer.headers["Location"])


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, _request: Any, answer: Any, *_rest: Any) -> Any:
        return answer


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            pages = {
                "/.well-known/openid-configuration": provider.configuration,
                "/keys": provider.keys,
                "/userinfo": provider.userinfo,
            }
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            else:
                self._answer(200, pages[parts.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler


@contextmanager
def running_provider() -> Iterator[OidcProvider]:
    """On a free port, until the end of the block."""
    provider = OidcProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
