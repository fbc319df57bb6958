"""The sesv2 REST API: finds the operation for a request, lets faults strike, answers."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sandbox.ses_double import identity_api as identities, settings_api as settings, suppression_api as suppression
from sandbox.ses_double.calls import Call
from sandbox.ses_double.double import Double
from sandbox.ses_double.errors import (
    SesError,
    bad_request,
    paused,
    suspended,
    throttled,
)
from sandbox.ses_double.faults import Fault
from sandbox.ses_double.reply import DROPPED, Reply, error_reply, json_reply
from sandbox.ses_double.sending import (
    bulk_addresses,
    send_addresses,
    send_bulk_email,
    send_email,
)

# `Any`: a request body is JSON from outside; each operation names its shape.
Operation = Callable[..., Any]

SETS = "/v2/email/configuration-sets"
DESTINATIONS = SETS + r"/([^/]+)/event-destinations"
ONE_DESTINATION = DESTINATIONS + "/([^/]+)"
IDENTITIES = "/v2/email/identities"
ONE_IDENTITY = IDENTITIES + "/([^/]+)"
SUPPRESSION = "/v2/email/suppression/addresses"


# method, path, operation, what carries it out, whether it reads the body (of GET: the query)
Route = tuple[str, str, str, Operation, bool]

TABLE: tuple[Route, ...] = (
    ("GET", "/v2/email/account", "GetAccount", settings.get_account, False),
    ("PUT", "/v2/email/account/sending", "PutAccountSendingAttributes", settings.put_account_sending, True),
    ("POST", IDENTITIES, "CreateEmailIdentity", identities.create_identity, True),
    ("GET", IDENTITIES + "/([^/]+)", "GetEmailIdentity", identities.get_identity, False),
    ("DELETE", IDENTITIES + "/([^/]+)", "DeleteEmailIdentity", identities.delete_identity, False),
    ("POST", "/v2/email/list-identities", "ListEmailIdentities", identities.list_identities, False),
    ("GET", IDENTITIES, "ListEmailIdentities", identities.list_identities, False),
    ("PUT", ONE_IDENTITY + "/mail-from", "PutEmailIdentityMailFromAttributes", identities.put_mail_from, True),
    ("PUT", ONE_IDENTITY + "/configuration-set", "PutEmailIdentityConfigurationSetAttributes", identities.put_configuration_set, True),
    ("PUT", ONE_IDENTITY + "/dkim/signing", "PutEmailIdentityDkimSigningAttributes", identities.put_dkim_signing, True),
    ("POST", SETS, "CreateConfigurationSet", settings.create_configuration_set, True),
    ("GET", SETS + "/([^/]+)", "GetConfigurationSet", settings.get_configuration_set, False),
    ("DELETE", SETS + "/([^/]+)", "DeleteConfigurationSet", settings.delete_configuration_set, False),
    ("POST", "/v2/email/list-configuration-sets", "ListConfigurationSets", settings.list_configuration_sets, False),
    ("GET", SETS, "ListConfigurationSets", settings.list_configuration_sets, False),
    ("POST", DESTINATIONS, "CreateConfigurationSetEventDestination", settings.create_destination, True),
    ("GET", DESTINATIONS, "GetConfigurationSetEventDestinations", settings.get_destinations, False),
    ("PUT", ONE_DESTINATION, "UpdateConfigurationSetEventDestination", settings.update_destination, True),
    ("DELETE", ONE_DESTINATION, "DeleteConfigurationSetEventDestination", settings.delete_destination, False),
    ("PUT", "/v2/email/account/suppression", "PutAccountSuppressionAttributes", suppression.put_attributes, True),
    ("PUT", SUPPRESSION, "PutSuppressedDestination", suppression.put_suppressed, True),
    ("GET", SUPPRESSION, "ListSuppressedDestinations", suppression.list_suppressed, True),
    ("GET", SUPPRESSION + "/([^/]+)", "GetSuppressedDestination", suppression.get_suppressed, False),
    ("DELETE", SUPPRESSION + "/([^/]+)", "DeleteSuppressedDestination", suppression.delete_suppressed, False),
)  # fmt: skip
ROUTES = [(re.compile(path), method, name, operation, reads) for method, path, name, operation, reads in TABLE]

SENDS: dict[str, tuple[str, Operation, Operation]] = {
    "/v2/email/outbound-emails": ("SendEmail", send_email, send_addresses),
    "/v2/email/outbound-bulk-emails": ("SendBulkEmail", send_bulk_email, bulk_addresses),
}

REFUSING_FAULTS: dict[str, Callable[[], SesError]] = {"throttle": throttled, "paused": paused, "suspended": suspended}


class SesApi:
    """Answers API requests; one is shared by all connections."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self.stopping = threading.Event()  # ends stalls when the server stops

    def answer(self, method: str, path: str, body: bytes, query: dict[str, list[str]] | None = None) -> Reply:
        """Return the reply to one request, whatever it was."""
        try:
            if method == "POST" and path in SENDS:
                return self._answer_send(path, body)
            return self._answer_settings(method, path, query or {} if method == "GET" else body)
        except SesError as error:
            return error_reply(error.code, error.message, error.status)
        except (KeyError, TypeError, AttributeError):
            return error_reply("BadRequestException", "A required field is missing.", 400)

    def _answer_settings(self, method: str, path: str, given: bytes | dict[str, list[str]]) -> Reply:
        for pattern, wanted, name, carry_out, reads_body in ROUTES:
            match = pattern.fullmatch(path)
            if match is None or method != wanted:
                continue
            self._double.calls.open(name, self._double.clock.now())["outcome"] = "ok"
            names = [unquote(group) for group in match.groups()]
            extra = [read_json(given) if isinstance(given, bytes) else given] if reads_body else []
            return json_reply(carry_out(self._double, *names, *extra))
        message = f"The sandbox does not know {method} {path}."
        raise SesError("UnknownOperationException", message, 404)

    def _answer_send(self, path: str, body: bytes) -> Reply:
        name, carry_out, addresses = SENDS[path]
        call = self._double.calls.open(name, self._double.clock.now())
        try:
            request = read_json(body)
            fault = self._double.faults.take(name, addresses(request))
            reply = self._carry_out(carry_out, request, call, fault)
            call["outcome"] = f"fault:{fault.kind}" if fault else "ok"
        except SesError as error:
            call["outcome"] = error.code
            raise
        finally:
            call["ended_at_s"] = self._double.clock.now()
        return reply

    def _carry_out(self, carry_out: Operation, request: Any, call: Call, fault: Fault | None) -> Reply:
        if fault is None:
            return json_reply(carry_out(self._double, request, call))
        if fault.kind in REFUSING_FAULTS:
            refusal = REFUSING_FAULTS[fault.kind]
            raise refusal()
        reply = DROPPED
        if fault.accepted:
            reply = json_reply(carry_out(self._double, request, call))
        return self._spoil(reply, fault)

    def _spoil(self, reply: Reply, fault: Fault) -> Reply:
        """Return what the caller sees of a reply under a fault."""
        if fault.kind == "stall":
            self.stopping.wait(fault.stall_s)
            return reply
        if fault.kind == "error_500":
            return error_reply("InternalFailure", "Internal failure.", 500)
        if fault.kind == "truncated_json":
            return Reply(200, reply.body[: len(reply.body) // 2] or b'{"Mess')
        return DROPPED


def read_json(body: bytes) -> Any:
    """Return a request body. Raises SesError unless it is a JSON object."""
    try:
        request = json.loads(body or b"{}")
    except ValueError as error:
        raise bad_request("The request body is not JSON.") from error
    if not isinstance(request, dict):
        raise bad_request("The request body is not a JSON object.")
    return request
