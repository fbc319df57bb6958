"""Seeds of odd mail and odd notifications, and ways to break them further; the same seed gives the same sequence."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

PLAIN = (
    b"Received: from a by b\r\nFrom: =?utf-8?q?Ad=C3=A4?= <ada@sender.example>\r\nTo: a@in.example\r\n"
    b"Subject: =?iso-8859-1?b?R3L832U=?= and more\r\nMessage-ID: <1@s.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b--\r\n'
)
BITS = (
    b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\xff\xfe", b"=?", b"?=", b"=?utf-8?b?", b"=?nonsense?q?", b":", b" ", b"\t",
    b"<", b">", b'"', b"(" * 50, b"@", b",", b"From: ", b"\r\nBcc: x@y.example\r\n", b"\xc3", b"=?utf-16?b?/v8=?=", b";" * 20,
)  # fmt: skip


def nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    heads = [
        f'Content-Type: multipart/mixed; boundary="b{each}"\r\n\r\n--b{each}\r\n'.encode() for each in range(depth)
    ]
    return b"From: a@b.example\r\n" + b"".join(heads) + b"\r\nend"


def odd_mail() -> list[bytes]:
    """What real and hostile mail looks like."""
    return [
        PLAIN, b"", b"\r\n", b"no header at all", b"\0" * 1000, b"a\rb\rc\r\r\rd", nested(3_000),
        b"Subject: " + b"x" * 1024 * 1024 + b"\r\n\r\nbody", b"X: y\r\n" * 60_000 + b"\r\nbody",
        b"Subject: =?no-such-charset?q?abc?=\r\nFrom: =?utf-8?b?////?= <a@b>\r\n\r\n", PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"\r\n", b"\r"), b"From: " + b"(" * 5_000 + b"\r\n\r\n", b"From: " + b"<a@b>," * 1_500 + b"\r\n\r\n",
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\n", b" folded\r\n first\r\n\r\nbody", b"\xef\xbb\xbf" + PLAIN,
        b"Subject: " + b"=?" * 3_900 + b"\r\n\r\n", b"From: " + b'"' * 7_000 + b"@\r\n\r\n", b"Subject:" + b"\r\n " * 50_000,
    ]  # fmt: skip


def mutated_mail(count: int, seed: int) -> Iterator[bytes]:
    """The odd ones first, then mutations of them; mostly of the small ones."""
    chance = random.Random(seed)
    seeds = odd_mail()
    yield from seeds[:count]
    small = [each for each in seeds if len(each) < 20_000]
    for number in range(count - len(seeds)):
        raw = chance.choice(seeds if number % 500 == 0 else small)
        for _ in range(chance.randint(1, 6)):
            raw = _broken(raw, chance)
        yield raw


def _broken(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(raw))
    kind = chance.randint(0, 4)
    if kind == 0:
        return raw[:at] + chance.choice(BITS) + raw[at:]
    if kind == 1:
        return raw[:at] + raw[min(len(raw), at + chance.randint(1, 40)) :]
    if kind == 2:
        return raw[:at] + bytes(chance.randint(0, 255) for _ in range(chance.randint(1, 8))) + raw[at + 4 :]
    if kind == 3:
        return raw[:at] + raw[max(0, at - 200) : at] * chance.randint(1, 5) + raw[at:]
    return raw[:at]


VALUES: tuple[Any, ...] = (
    None, "", 0, -1, 1e308, True, [], {}, [[]], [None], "\0", "\ud800", "x" * 5_000, "2026-13-45T99:99", "a@b", {"status": 7},
    "AMAZON_SES_SETUP_NOTIFICATION", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", [{"name": 1, "value": []}],
)  # fmt: skip


def mutated_notifications(event: dict[str, Any], count: int, seed: int) -> Iterator[str]:
    """Bodies: values exchanged or taken out anywhere in the tree, then envelopes, then broken text."""
    chance = random.Random(seed)
    for number in range(count):
        changed = copy.deepcopy(event)
        for _ in range(chance.randint(1, 4)):
            _change(changed, chance)
        body = json.dumps(_wrapped(changed, chance))
        yield _cut(body, chance) if number % 4 == 0 else body


def _change(tree: Any, chance: random.Random) -> None:
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(tree[key], dict | list) and tree[key] and chance.random() < 0.8:
            tree = tree[key]
            continue
        if isinstance(tree, dict) and chance.random() < 0.3:
            del tree[key]
        else:
            tree[key] = copy.deepcopy(chance.choice(VALUES))
        return


def _wrapped(event: Any, chance: random.Random) -> Any:
    kind = chance.randint(0, 3)
    if kind == 0:
        return {"Type": chance.choice(["Notification", "SubscriptionConfirmation", 3]), "Message": json.dumps(event)}
    if kind == 1:
        return {"Records": [{"ses": event}, {"Sns": {"Message": json.dumps(event)}}][chance.randint(0, 1) :]}
    return event


def _cut(body: str, chance: random.Random) -> str:
    at = chance.randint(0, len(body))
    return chance.choice([body[:at], body[:at] + "\0" + body[at:], body[:at] + body[at + 1 :], "[" * 5_000 + body])
