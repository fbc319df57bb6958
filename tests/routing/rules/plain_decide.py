"""The precedence table once more: slow, obvious, and without a line of the product's code."""

from __future__ import annotations

import idna


def plain_key(text: str) -> str:
    """The address in lower case, domain in A-labels, needless quotes taken off."""
    local, _, domain = text.lower().rpartition("@")
    if local.startswith('"') and local.endswith('"') and len(local) > 1:
        inside = local[1:-1].replace("\\", "")
        is_plain = inside and all(c not in ' ()<>[]:;@\\,"' for c in inside) and "" not in inside.split(".")
        local = inside if is_plain else local
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"


def plain_decide(rules: dict[str, tuple[bool, list[bool]]], recipient: str) -> tuple[str, int]:
    """The pattern that takes the mail and the number of its choice; ("", 0) when none does.

    `rules`: pattern as typed -> (is on, for each choice whether its conditions hold).
    """
    key = plain_key(recipient)
    local, _, domain = key.rpartition("@")
    wanted = [key]
    if "+" in local and not local.startswith(("+", '"')):
        wanted.append(local.split("+")[0] + "@" + domain)
    wanted += ["*@" + domain, "*"]
    for pattern in wanted:
        for typed, (is_on, fits) in rules.items():
            typed_key = "*" if typed == "*" else plain_key(typed)
            if typed_key == pattern and is_on and True in fits:
                return typed, fits.index(True) + 1
    return "", 0
