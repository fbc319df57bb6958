"""The DNS that the sandbox plays: records of domains, as their owners would have written them.

Held in memory. What SES itself looks up (its DKIM CNAMEs, the MX of MAIL FROM) is looked up here.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sandbox.ses_double.account import Identity

SES_SPF: Final = "v=spf1 include:amazonses.com ~all"
# What is there without anybody's doing.
WELL_KNOWN: Final = {("amazonses.com", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",)}

Key = tuple[str, str]


class Names:
    """Records by name and type; every method may be called by several threads."""

    def __init__(self) -> None:
        self._records: dict[Key, tuple[str, ...]] = dict(WELL_KNOWN)
        self._lock = threading.Lock()
        self.is_asked = False  # without a name server nobody publishes anything, so SES believes everybody

    def put(self, name: str, record_type: str, values: list[str]) -> None:
        """Write the records of a name and type; none takes them away."""
        key = (name.lower().rstrip("."), record_type.upper())
        with self._lock:
            self._records.pop(key, None)
            if values:
                self._records[key] = tuple(values)

    def look_up(self, name: str, record_type: str) -> tuple[str, ...]:
        """Return the values of a name and type."""
        with self._lock:
            return self._records.get((name.lower().rstrip("."), record_type.upper()), ())

    def exists(self, name: str) -> bool:
        """Tell whether the name, or one below it, has records."""
        wanted = name.lower().rstrip(".")
        with self._lock:
            return any(known == wanted or known.endswith("." + wanted) for known, _type in self._records)

    def all(self) -> list[dict[str, object]]:
        """Return everything, by name."""
        with self._lock:
            found = sorted(self._records.items())
        return [{"name": name, "type": record_type, "values": list(values)} for (name, record_type), values in found]

    def publish(self, identity: Identity, region: str) -> None:
        """Write everything that a domain of SES needs, as a careful owner would."""
        for token in identity.dkim_tokens:
            self.put(f"{token}._domainkey.{identity.name}", "CNAME", [f"{token}.dkim.amazonses.com"])
        if identity.mail_from:
            self.put(identity.mail_from, "MX", [f"10 feedback-smtp.{region}.amazonses.com"])
            self.put(identity.mail_from, "TXT", [SES_SPF])
        self.put(identity.name, "MX", [f"10 inbound-smtp.{region}.amazonaws.com"])
        self.put(identity.name, "TXT", [SES_SPF])
        self.put(f"_dmarc.{identity.name}", "TXT", ["v=DMARC1; p=none"])

    def spoil(self, identity: Identity) -> None:
        """Make the mistakes that people make: a name with the domain twice, a second SPF record."""
        token = identity.dkim_tokens[-1]
        self.put(f"{token}._domainkey.{identity.name}", "CNAME", [])
        self.put(f"{token}._domainkey.{identity.name}.{identity.name}", "CNAME", [f"{token}.dkim.amazonses.com"])
        self.put(identity.name, "TXT", ["v=spf1 include:mail.example -all", SES_SPF, "site-verification=1234"])

    def has_dkim(self, identity: Identity) -> bool:
        """Tell whether all three keys of a domain can be found."""
        wanted = {
            f"{token}._domainkey.{identity.name}": f"{token}.dkim.amazonses.com" for token in identity.dkim_tokens
        }
        return all(value in self._targets(name) for name, value in wanted.items())

    def has_mail_from(self, identity: Identity, region: str) -> bool:
        """Tell whether bounces to the MAIL FROM domain come to SES."""
        return f"10 feedback-smtp.{region}.amazonses.com" in {
            value.rstrip(".") for value in self.look_up(identity.mail_from, "MX")
        }

    def _targets(self, name: str) -> set[str]:
        return {value.rstrip(".").lower() for value in self.look_up(name, "CNAME")}
