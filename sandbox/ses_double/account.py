"""What an SES account knows in one region: identities, configuration sets, suppressed
addresses. Held in memory, as it is seeded anew at every start.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

from sandbox.ses_double.errors import already_exists, bad_request, not_found, rejected
from sandbox.ses_double.letter import bare_address, domain_of
from sandbox.ses_double.wire import EventDestination

EVENT_TYPES = frozenset(
    [
        "SEND",
        "REJECT",
        "BOUNCE",
        "COMPLAINT",
        "DELIVERY",
        "OPEN",
        "CLICK",
        "RENDERING_FAILURE",
        "DELIVERY_DELAY",
        "SUBSCRIPTION",
    ]
)
REASONS = frozenset({"BOUNCE", "COMPLAINT"})


@dataclass(slots=True)
class Identity:
    """A domain or an address that may be sent from once it is verified."""

    name: str
    is_verified: bool
    dkim_tokens: tuple[str, ...] = ()
    configuration_set: str = ""  # for mail that names none
    mail_from: str = ""
    has_failed: bool = False  # SES gave up looking for its records, or nobody opened the link

    @property
    def kind(self) -> str:
        """Return EMAIL_ADDRESS or DOMAIN."""
        return "EMAIL_ADDRESS" if "@" in self.name else "DOMAIN"


@dataclass(slots=True)
class ConfigurationSet:
    """A named set of rules for messages; its destinations hear their events."""

    name: str
    sending_enabled: bool = True
    destinations: dict[str, EventDestination] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address on the account's suppression list."""

    address: str
    reason: str  # BOUNCE or COMPLAINT
    since_s: float  # seconds since the epoch


class Account:
    """The account's settings. Every method may be called by several threads."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.identities: dict[str, Identity] = {}
        self.configuration_sets: dict[str, ConfigurationSet] = {}
        self.suppressed: dict[str, Suppressed] = {}
        self.suppressed_reasons = REASONS  # mail to addresses that are listed for these is held back
        self._lock = threading.Lock()

    def receives_for(self, domain: str) -> bool:
        """Tell whether mail to a domain comes in here: it is an identity of ours, and verified."""
        identity = self.identities.get(domain.lower())
        return identity is not None and identity.is_verified

    def add_identity(self, name: str, *, is_verified: bool) -> Identity:
        """Add a domain or an address. Raises SesError when it is there already."""
        key = name.lower()
        with self._lock:
            if key in self.identities:
                message = f"Email identity {name} already exist."
                raise already_exists(message)
            # The same after a restart, so that the records written for them stay right.
            tokens = tuple(hashlib.sha256(f"{key} {number}".encode()).hexdigest()[:32] for number in range(3))
            self.identities[key] = Identity(name, is_verified, tokens)
            return self.identities[key]

    def identity(self, name: str) -> Identity:
        """Return one identity. Raises SesError when there is none."""
        try:
            return self.identities[name.lower()]
        except KeyError:
            message = f"Email identity {name} does not exist."
            raise not_found(message) from None

    def check_sender(self, mailbox: str) -> None:
        """Raise MessageRejected unless the address or its domain is verified."""
        address = bare_address(mailbox).lower()
        if not self.is_verified(address):
            message = (
                "Email address is not verified. The following identities failed the "
                f"check in region {self.region.upper()}: {bare_address(mailbox)}"
            )
            raise rejected(message)

    def is_verified(self, address: str) -> bool:
        """Tell whether the address, its domain or a domain above it is verified."""
        return any(identity.is_verified for identity in self.identities_of(address))

    def default_set(self, mailbox: str) -> str:
        """Return the configuration set that mail from a sender has when it names none; "" without one."""
        found = (identity.configuration_set for identity in self.identities_of(bare_address(mailbox)))
        return next((name for name in found if name), "")

    def identities_of(self, address: str) -> list[Identity]:
        """Return what is known of the address, its domain and the domains above it, the nearest first."""
        labels = domain_of(address).split(".")
        parents = [".".join(labels[i:]) for i in range(len(labels))]
        found = (self.identities.get(name) for name in (address.lower(), *parents))
        return [identity for identity in found if identity]

    def add_configuration_set(self, name: str, *, sending_enabled: bool) -> None:
        """Add a configuration set. Raises SesError when it is there already."""
        with self._lock:
            if name in self.configuration_sets:
                message = f"Configuration set <{name}> already exists."
                raise already_exists(message)
            self.configuration_sets[name] = ConfigurationSet(name, sending_enabled)

    def configuration_set(self, name: str) -> ConfigurationSet:
        """Return one configuration set. Raises SesError when there is none."""
        try:
            return self.configuration_sets[name]
        except KeyError:
            message = f"Configuration set <{name}> does not exist."
            raise not_found(message) from None

    def add_destination(self, set_name: str, name: str, destination: EventDestination) -> None:
        """Add an event destination to a configuration set. Raises SesError."""
        check_destination(destination)
        destinations = self.configuration_set(set_name).destinations
        if name in destinations:
            message = f"An event destination named <{name}> already exists."
            raise already_exists(message)
        destinations[name] = {**destination, "Name": name}

    def holds_back(self, address: str) -> bool:
        """Tell whether mail to the address bounces because it is on the list."""
        entry = self.suppressed.get(address.lower())
        return entry is not None and entry.reason in self.suppressed_reasons

    def listens(self, set_name: str) -> bool:
        """Tell whether anybody wants events of this configuration set."""
        known = self.configuration_sets.get(set_name)
        return known is not None and bool(known.destinations)

    def topics_for(self, set_name: str, event_type: str) -> list[str]:
        """Return the SNS topics (ARN) that want this type of event."""
        known = self.configuration_sets.get(set_name)
        if known is None:
            return []
        return [
            destination["SnsDestination"]["TopicArn"]
            for destination in known.destinations.values()
            if destination.get("Enabled")
            and event_type in destination.get("MatchingEventTypes", [])
            and "SnsDestination" in destination
        ]


def check_destination(destination: EventDestination) -> None:
    """Raise SesError for event types that SES does not know, or without a topic."""
    unknown = set(destination.get("MatchingEventTypes", [])) - EVENT_TYPES
    if unknown:
        message = f"Unknown event types: {', '.join(sorted(unknown))}."
        raise bad_request(message)
    if not destination.get("SnsDestination", {}).get("TopicArn"):
        raise bad_request("Only SNS event destinations are supported here.")
