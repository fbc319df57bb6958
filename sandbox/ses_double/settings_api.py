"""The calls about the account and its sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from sandbox.ses_double.account import ConfigurationSet, check_destination
from sandbox.ses_double.errors import not_found
from sandbox.ses_double.wire import EventDestination

if TYPE_CHECKING:
    from sandbox.ses_double.double import Double

Json = dict[str, object]


class SetRequest(TypedDict, total=False):
    """POST /v2/email/configuration-sets."""

    ConfigurationSetName: str
    SendingOptions: dict[str, bool]


class DestinationRequest(TypedDict, total=False):
    """POST and PUT of an event destination."""

    EventDestinationName: str
    EventDestination: EventDestination


def get_account(double: Double) -> Json:
    """Return GetAccount's reply."""
    settings = double.quota.settings
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": settings.enforcement_status,
        "ProductionAccessEnabled": settings.production_access,
        "SendQuota": {
            "Max24HourSend": settings.max_24_hour_send,
            "MaxSendRate": settings.max_send_rate,
            "SentLast24Hours": float(double.quota.sent_last_24_hours()),
        },
        "SendingEnabled": settings.sending_enabled,
        "SuppressionAttributes": {"SuppressedReasons": sorted(double.account.suppressed_reasons)},
        "Details": {
            "MailType": "TRANSACTIONAL",
            "WebsiteURL": "https://postroom.example/",
            "ContactLanguage": "EN",
            "UseCaseDescription": "A stand-in for Amazon SES on one machine.",
            "AdditionalContactEmailAddresses": [],
            "ReviewDetails": {"Status": "GRANTED", "CaseId": "1234567890"},
        },
        "VdmAttributes": {"VdmEnabled": "DISABLED"},
    }


def put_account_sending(double: Double, request: Json) -> Json:
    """Pause or resume the account, as PutAccountSendingAttributes does."""
    double.quota.change(sending_enabled=bool(request.get("SendingEnabled", False)))
    return {}


def create_configuration_set(double: Double, request: SetRequest) -> Json:
    """Add a configuration set. Raises SesError."""
    sending_enabled = request.get("SendingOptions", {}).get("SendingEnabled", True)
    name = request["ConfigurationSetName"]
    double.account.add_configuration_set(name, sending_enabled=sending_enabled)
    return {}


def get_configuration_set(double: Double, name: str) -> Json:
    """Return GetConfigurationSet's reply. Raises SesError."""
    return _set_reply(double.account.configuration_set(name))


def list_configuration_sets(double: Double) -> Json:
    """Return ListConfigurationSets' reply, all on one page."""
    return {"ConfigurationSets": list(double.account.configuration_sets)}


def delete_configuration_set(double: Double, name: str) -> Json:
    """Forget a configuration set. Raises SesError."""
    double.account.configuration_set(name)
    del double.account.configuration_sets[name]
    return {}


def create_destination(double: Double, set_name: str, request: DestinationRequest) -> Json:
    """Add an event destination. Raises SesError."""
    name, destination = request["EventDestinationName"], request["EventDestination"]
    double.account.add_destination(set_name, name, destination)
    return {}


def get_destinations(double: Double, set_name: str) -> Json:
    """Return a configuration set's event destinations. Raises SesError."""
    chosen = double.account.configuration_set(set_name)
    return {"EventDestinations": list(chosen.destinations.values())}


def update_destination(double: Double, set_name: str, name: str, request: DestinationRequest) -> Json:
    """Replace an event destination. Raises SesError."""
    destinations = _destinations(double, set_name, name)
    check_destination(request["EventDestination"])
    destinations[name] = {**request["EventDestination"], "Name": name}
    return {}


def delete_destination(double: Double, set_name: str, name: str) -> Json:
    """Forget an event destination. Raises SesError."""
    del _destinations(double, set_name, name)[name]
    return {}


def _set_reply(chosen: ConfigurationSet) -> Json:
    return {
        "ConfigurationSetName": chosen.name,
        "SendingOptions": {"SendingEnabled": chosen.sending_enabled},
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
        "Tags": [],
    }


def _destinations(double: Double, set_name: str, name: str) -> dict[str, EventDestination]:
    destinations = double.account.configuration_set(set_name).destinations
    if name not in destinations:
        message = f"An event destination named <{name}> does not exist."
        raise not_found(message)
    return destinations
