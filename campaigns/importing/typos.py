"""Domains that were meant to be another: misspelt providers and endings that do not exist. Pure."""

from __future__ import annotations

PROVIDERS = (
    "gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "live.com", "aol.com",
    "msn.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "hotmail.fr", "orange.fr", "wanadoo.fr",
    "free.fr", "laposte.net", "yahoo.fr", "hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "libero.it", "hotmail.it",
    "comcast.net", "verizon.net", "proton.me", "protonmail.com", "bluewin.ch",
)  # fmt: skip
# Not one of them is a top-level domain, so no mail server can be behind it.
IMPOSSIBLE_ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com",
                      "nte": "net", "nett": "net", "ogr": "org", "rog": "org", "orgg": "org"}  # fmt: skip
# Real domains one letter away from a provider: mail to them may be meant.
_REAL = frozenset({
    "mail.com", "gmx.com", "gmx.at", "gmx.ch", "email.com", "ymail.com", "live.de", "live.fr", "live.nl", "live.it",
    "aon.com", "fee.fr", "wed.de", "we.de", "pm.me", "aol.de", "aol.fr", "msn.de", "gmx.eu", "gmx.fr", "lived.com",
})  # fmt: skip
_SHORTEST = 7  # below it, one letter away is no evidence


def is_impossible(domain: str) -> bool:
    """Whether no such top-level domain exists."""
    return domain.rpartition(".")[2] in IMPOSSIBLE_ENDINGS


def suggest_domain(domain: str) -> str | None:
    """What a misspelt domain was meant to be, or None when nothing is wrong with it; `domain` in lower case."""
    if domain in PROVIDERS or domain in _REAL:
        return None
    name, _, ending = domain.rpartition(".")
    mended = f"{name}.{IMPOSSIBLE_ENDINGS[ending]}" if ending in IMPOSSIBLE_ENDINGS else domain
    if mended in PROVIDERS:
        return mended
    for provider in PROVIDERS:
        if len(provider) >= _SHORTEST and is_one_slip(mended, provider):
            return provider
    return mended if mended != domain else None


def is_one_slip(typed: str, meant: str) -> bool:
    """One letter left out, doubled, wrong, or two neighbours swapped."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest_typed, rest_meant = typed[start:], meant[start:]
    return (
        rest_typed[1:] == rest_meant[1:]
        or rest_typed[1:] == rest_meant
        or rest_typed == rest_meant[1:]
        or (rest_typed[:2] == rest_meant[1::-1] and rest_typed[2:] == rest_meant[2:])
    )
