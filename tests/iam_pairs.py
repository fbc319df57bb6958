"""The portal's simulator against another evaluation of the same policies: `python -m tests.iam_pairs --pairs 10000`.

moto 5.2 reads no StringLike condition (it lets every sender through), so the other side is the sandbox's evaluator, which
reads the whole compiled policy, and a third comparison that is written here from nothing but the two rules of the wildcards.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from credentials.smtp_users.policy import InvalidPattern, compile_policy, read_pattern
from credentials.smtp_users.simulate import may_send
from sandbox.ses_smtp.iam import is_allowed

LETTERS = "abAB.-+1"
WILD = "**?"
DOMAINS = ("a.ab", "b.ab", "ab.example", "sub.ab.example", "A.AB", "x.sub.ab.example", "evilab.example")


@dataclass(frozen=True)
class Pair:
    """Some allowed senders, and one that asks."""

    patterns: tuple[str, ...]
    sender: str


@dataclass(frozen=True)
class Count:
    """How the pairs came out."""

    pairs: int
    allowed: int
    differences: tuple[Pair, ...]


def compare(pairs: int, *, seed: int) -> Count:
    allowed, differences = 0, []
    for pair in make_pairs(pairs, seed=seed):
        ours = may_send(pair.patterns, pair.sender)
        allowed += ours
        if not ours == theirs(pair) == plainly(pair):
            differences.append(pair)
    return Count(pairs, allowed, tuple(differences))


def theirs(pair: Pair) -> bool:
    document = compile_policy(pair.patterns).document
    context = {"ses:fromaddress": [pair.sender]}
    return is_allowed([document], action="ses:SendRawEmail", resource="arn:aws:ses:::identity/x", context=context)


def plainly(pair: Pair) -> bool:
    return any(_plainly(pattern, pair.sender) for pattern in pair.patterns)


@lru_cache(maxsize=200_000)
def _plainly(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _plainly(pattern[1:], text) or (bool(text) and _plainly(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and _plainly(pattern[1:], text[1:])


def make_pairs(count: int, *, seed: int) -> Iterator[Pair]:
    """Half of the patterns are made from the sender that asks, so that many match and many nearly do."""
    chance = random.Random(seed)
    for _ in range(count):
        sender = f"{_local_part(chance)}@{chance.choice(DOMAINS)}"
        near = [_blurred(sender, chance) for _ in range(chance.randrange(3))]
        far = [_blurred(f"{_local_part(chance)}@{chance.choice(DOMAINS)}", chance) for _ in range(chance.randrange(3))]
        yield Pair(tuple(_readable([*near, *far])), sender)


def _readable(patterns: list[str]) -> Iterator[str]:
    """Give those that the form would take, as it keeps them."""
    for pattern in patterns:
        with suppress(InvalidPattern):
            yield read_pattern(pattern)


def _local_part(chance: random.Random) -> str:
    text = "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, 6)))
    return ".".join(part for part in text.split(".") if part) or "a"


def _blurred(address: str, chance: random.Random) -> str:
    """Put wildcards in the place of some of an address, and now and then another letter."""
    local_part, _, domain = address.partition("@")
    return f"{_blur(local_part, chance)}@{_blur(domain, chance)}"


def _blur(text: str, chance: random.Random) -> str:
    if chance.random() < 0.2:
        return "*"
    chars = list(text)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(chars))
        end = at + chance.randint(1, 3)
        chars[at:end] = [chance.choice(WILD) if chance.random() < 0.8 else chance.choice("abAB")]
    return ".".join(part for part in "".join(chars).split(".") if part) or "*"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.iam_pairs", description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    count = compare(arguments.pairs, seed=arguments.seed)
    for pair in count.differences[:10]:
        sys.stdout.write(f"differs: {pair}\n")
    sys.stdout.write(
        f"{count.pairs} pairs of allowed senders and a sender, {count.allowed} allowed, "
        f"{len(count.differences)} differences between three evaluations\n"
    )
    return 1 if count.differences else 0


if __name__ == "__main__":
    sys.exit(main())
