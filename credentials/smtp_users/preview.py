"""What typed senders come to: which lines are wrong, the policy and its length, and who may be sent as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.utils.translation import gettext as _

from credentials.smtp_users.policy import (
    INLINE_CHARS,
    InvalidPattern,
    PolicyTooLong,
    compile_policy,
    is_wide,
    read_pattern,
    read_patterns,
)
from credentials.smtp_users.simulate import simulate
from credentials.smtp_users.wording import answer_words, length_words, pattern_words
from portal.wording import format_count

_FULL = 0.8


@dataclass(frozen=True, slots=True)
class Preview:
    """`chars` as IAM counts them, of `limit`; `document` is "" while something is wrong."""

    document: str = ""
    chars: int = 0
    limit: int = INLINE_CHARS
    problems: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.chars / self.limit

    @property
    def tone(self) -> str:
        if self.problems:
            return "bad"
        return "warn" if self.share > _FULL else "good"

    @property
    def used_words(self) -> str:
        """The budget in words."""
        if not self.chars:
            return _("no policy yet")
        numbers = {"used": format_count(self.chars), "limit": format_count(self.limit)}
        if self.limit == INLINE_CHARS:
            return _("%(used)s of %(limit)s characters") % numbers
        return _("%(used)s of %(limit)s characters, as a policy of its own") % numbers


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an address may be sent as, and why."""

    is_allowed: bool
    text: str


class PreviewNews(TypedDict):
    """What the form's script gets."""

    used_words: str
    share: float
    tone: str
    problems: list[str]
    cautions: list[str]
    document: str
    answer: str


def split_lines(text: str) -> list[str]:
    """The typed lines without spaces around them; empty ones stay, so that numbers count as people count."""
    return [line.strip() for line in text.splitlines()]


def look_at(lines: Sequence[str]) -> Preview:
    """What the lines come to."""
    problems = tuple(_problems(lines))
    if problems:
        return Preview(problems=problems)
    try:
        policy = compile_policy(line for line in lines if line)
    except PolicyTooLong as error:
        return Preview(chars=error.chars, limit=error.chars - error.over, problems=(length_words(error),))
    except InvalidPattern as error:
        return Preview(problems=(pattern_words(error),))
    return Preview(policy.pretty, policy.chars, policy.limit, cautions=tuple(_cautions(policy.patterns)))


def may_send(patterns: Sequence[str], asked: str) -> Answer:
    """Whether IAM lets mail leave as this address; wrong patterns allow nothing."""
    try:
        chosen = read_patterns(patterns)
    except InvalidPattern:
        return Answer(False, _("First mend the lines that are wrong."))
    found = simulate(chosen, asked)
    return Answer(found.is_allowed, answer_words(found))


def preview_json(shown: Preview, answer: Answer | None) -> PreviewNews:
    """The same for the form's script."""
    return {
        "used_words": shown.used_words, "share": shown.share, "tone": shown.tone, "problems": list(shown.problems),
        "cautions": list(shown.cautions), "document": shown.document, "answer": answer.text if answer else "",
    }  # fmt: skip


def _problems(lines: Sequence[str]) -> list[str]:
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            if line:
                read_pattern(line)
        except InvalidPattern as error:
            found.append(
                _("Line %(number)d, “%(line)s”: %(why)s")
                % {"number": number, "line": line[:80], "why": pattern_words(error)}
            )
    return found


def _cautions(patterns: Sequence[str]) -> list[str]:
    found = [_("%s reaches domains that are not yours.") % pattern for pattern in patterns if is_wide(pattern)]
    mixed = [pattern for pattern in patterns if pattern.partition("@")[0] != pattern.partition("@")[0].lower()]
    found += [_("%s: capital letters count; a program that writes it small is refused.") % pattern for pattern in mixed]
    return found
