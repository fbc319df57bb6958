"""The settings half of SES's API v2, kept in memory: moto lacks most of what Terraform's provider asks for.

Source: SES API v2 Reference; what is put under an identity or a configuration set is read back with it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

TOKENS = ("token-one", "token-two", "token-three")
KEY_MADE_AT_S = 1_700_000_000
# The last part of a PUT's path to the key of its answer.
PARTS = {
    "delivery-options": "DeliveryOptions",
    "reputation-options": "ReputationOptions",
    "sending": "SendingOptions",
    "suppression-options": "SuppressionOptions",
    "tracking-options": "TrackingOptions",
    "mail-from": "MailFromAttributes",
}


class SesSettings:
    """A WSGI application; its state ends with the process."""

    def __init__(self) -> None:
        self.identities: dict[str, dict[str, Any]] = {}
        self.sets: dict[str, dict[str, Any]] = {}
        self.destinations: dict[tuple[str, str], dict[str, Any]] = {}
        self.suppressed: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        words = [unquote(word) for word in request.path.strip("/").split("/")[2:]]
        body = {**json.loads(request.get_data() or b"{}"), **request.args}
        try:
            answer = self.answer(request.method, words, body)
        except KeyError as error:
            gone = {"x-amzn-errortype": "NotFoundException"}
            return Response(json.dumps({"message": str(error)}), 404, gone)(environ, start_response)
        return Response(json.dumps(answer), 200, content_type="application/json")(environ, start_response)

    def answer(self, method: str, words: list[str], body: dict[str, Any]) -> dict[str, Any]:
        """The answer of one call. Raises KeyError for what is not there."""
        match words:
            case ["account", *part]:
                return self._account(method, part, body)
            case ["tags"]:
                return {"Tags": self._tags(body["ResourceArn"])}
            case ["identities", *rest]:
                return self._identity(method, rest, body)
            case ["configuration-sets", name, "event-destinations", *rest]:
                return self._destination(method, [name, *rest], body)
            case ["configuration-sets", *rest]:
                return self._set(method, rest, body)
        raise KeyError("/".join(words))

    def _tags(self, arn: str) -> list[dict[str, str]]:
        kind, name = arn.rsplit(":", 1)[1].split("/", 1)
        owners = self.identities if kind == "identity" else self.sets
        found: list[dict[str, str]] = owners[name].get("Tags", [])
        return found

    def _account(self, method: str, part: list[str], body: dict[str, Any]) -> dict[str, Any]:
        if method == "PUT" and part == ["suppression"]:
            self.suppressed = body.get("SuppressedReasons", [])
        return {"SendingEnabled": True, "SuppressionAttributes": {"SuppressedReasons": self.suppressed}}

    def _identity(self, method: str, rest: list[str], body: dict[str, Any]) -> dict[str, Any]:
        if method == "POST":
            self.identities[body["EmailIdentity"]] = new_identity(body)
            return {}
        identity = self.identities[rest[0]]
        if method == "DELETE":
            del self.identities[rest[0]]
        elif rest[1:] == ["feedback"]:
            identity["FeedbackForwardingStatus"] = body.get("EmailForwardingEnabled", False)
        elif rest[1:] == ["configuration-set"]:
            identity["ConfigurationSetName"] = body.get("ConfigurationSetName", "")
        elif method == "PUT":
            identity[PARTS[rest[1]]] = {**body, "MailFromDomainStatus": "PENDING"}
        return identity

    def _set(self, method: str, rest: list[str], body: dict[str, Any]) -> dict[str, Any]:
        if method == "POST":
            self.sets[body["ConfigurationSetName"]] = body
            return {}
        if method == "DELETE":
            return self.sets.pop(rest[0])
        if method == "PUT":
            self.sets[rest[0]][PARTS[rest[1]]] = body
        return self.sets[rest[0]]

    def _destination(self, method: str, rest: list[str], body: dict[str, Any]) -> dict[str, Any]:
        name = rest[0]
        if method in {"POST", "PUT"}:
            own = body["EventDestinationName"] if method == "POST" else rest[1]
            self.destinations[name, own] = {"Name": own, **body["EventDestination"]}
        elif method == "DELETE":
            del self.destinations[name, rest[1]]
        return {"EventDestinations": [about for (owner, _), about in self.destinations.items() if owner == name]}


def new_identity(body: dict[str, Any]) -> dict[str, Any]:
    """What SES says of an identity right after it was made."""
    length = body.get("DkimSigningAttributes", {}).get("NextSigningKeyLength", "RSA_2048_BIT")
    return {
        "IdentityType": "DOMAIN",
        "VerifiedForSendingStatus": False,
        "FeedbackForwardingStatus": True,
        "ConfigurationSetName": body.get("ConfigurationSetName", ""),
        "DkimAttributes": {
            "SigningEnabled": True,
            "Status": "PENDING",
            "Tokens": list(TOKENS),
            "SigningAttributesOrigin": "AWS_SES",
            "CurrentSigningKeyLength": length,
            "NextSigningKeyLength": length,
            "LastKeyGenerationTimestamp": KEY_MADE_AT_S,
        },
        "Policies": {},
        "Tags": body.get("Tags", []),
    }
