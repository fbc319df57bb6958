"""What an SMTP user may send as: the allowed senders, read and refused as IAM does, and the policy they compile to.

A pattern is an address or a part of one with wildcards: `*` stands for any characters, also none and also dots, `?` for
exactly one. IAM compares upper and lower case as they stand. Pure; the words of the codes are in `wording.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypedDict

from portal.errors import InvalidInput
from portal.mail.address import MAX_ADDRESS_CHARS, MAX_LOCAL_PART_CHARS, domain_in_ascii

ACTIONS: Final = ("ses:SendEmail", "ses:SendRawEmail")
CONDITION_KEY: Final = "ses:FromAddress"
INLINE_CHARS: Final = 2_048  # all inline policies of a user together; IAM does not count white space
MANAGED_CHARS: Final = 6_144
MOST_PATTERNS: Final = 500
POLICY_VERSION: Final = "2012-10-17"

NAME_PREFIX: Final = "ses-smtp-user-"
_IAM_NAME_CHARS: Final = 64
_TIMESTAMP_DIGITS: Final = 10
MOST_USERNAME_CHARS: Final = _IAM_NAME_CHARS - len(NAME_PREFIX) - len("-") - _TIMESTAMP_DIGITS  # 39

_USERNAME: Final = re.compile(r"[A-Za-z0-9_+=,.@-]+")
_NOT_OF_NAMES: Final = re.compile(r"[^A-Za-z0-9_+=,.@-]")
_LOCAL_CHARS: Final = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.-"
_NOT_OF_LOCAL_PARTS: Final = re.compile(rf"[^{_LOCAL_CHARS}]")
_NOT_OF_DOMAINS: Final = re.compile(r"[^A-Za-z0-9.*?-]")
_WHITE_SPACE: Final = re.compile(r"\s")
_WILDCARDS: Final = "*?"
_OWNED_LABELS: Final = 2  # what people own is at least one name below a top-level domain


class Condition(TypedDict):
    """The only condition that we write."""

    StringLike: dict[str, list[str]]


class Statement(TypedDict, total=False):
    """The one statement of a policy; without a condition it is the one that allows nobody."""

    Sid: str
    Effect: str
    Action: list[str]
    Resource: str | list[str]
    Condition: Condition


class PolicyDocument(TypedDict):
    """A policy as IAM stores it."""

    Version: str
    Statement: list[Statement]


class InvalidPattern(InvalidInput):
    """No pattern that IAM or mail could mean; `code` says why, `place` is the index of the first wrong character.

    Codes: empty, too_long, space, variable, several_at, no_at, no_local_part, local_part_too_long, bad_local_character,
    bad_dots, no_domain, bad_domain_character, bad_domain, too_many.
    """

    def __init__(self, code: str, text: str, place: int = 0) -> None:
        super().__init__(f"{code} in an allowed sender")
        self.code = code
        self.text = text
        self.place = place


class InvalidUsername(InvalidInput):
    """No name of an SMTP user; codes: empty, too_long, bad_character. `place` as in InvalidPattern."""

    def __init__(self, code: str, text: str, place: int = 0) -> None:
        super().__init__(f"{code} in the name of an SMTP user")
        self.code = code
        self.text = text
        self.place = place


class PolicyTooLong(InvalidInput):
    """The allowed senders do not fit into one policy of IAM; `over` is how many characters are too many."""

    def __init__(self, chars: int) -> None:
        super().__init__(f"the policy has {chars} characters, {MANAGED_CHARS} are possible")
        self.chars = chars
        self.over = chars - MANAGED_CHARS


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """`document` is the JSON text for IAM, `chars` its length as IAM counts, `is_managed` when it is too long inline."""

    document: str
    chars: int
    is_managed: bool
    patterns: tuple[str, ...]

    @property
    def limit(self) -> int:
        """Return how many characters this kind of policy may have."""
        return MANAGED_CHARS if self.is_managed else INLINE_CHARS

    @property
    def pretty(self) -> str:
        """Return the document to be read by people."""
        return json.dumps(json.loads(self.document), indent=2)


def compile_policy(patterns: Iterable[str], *, resources: Iterable[str] = ("*",)) -> CompiledPolicy:
    """Compile the allowed senders; none of them is a policy that forbids everything, never one that allows.

    Raises InvalidPattern for the first that is wrong, PolicyTooLong when no kind of policy holds them all.
    """
    chosen = read_patterns(patterns)
    document = json.dumps(_document(chosen, list(resources)), separators=(",", ":"))
    chars = count_chars(document)
    if chars > MANAGED_CHARS:
        raise PolicyTooLong(chars)
    return CompiledPolicy(document, chars, chars > INLINE_CHARS, chosen)


def patterns_of(document: str) -> list[str]:
    """Return the allowed senders of a policy that `compile_policy` made; of "" and of one for nobody, none."""
    policy: PolicyDocument = json.loads(document or "{}")
    conditions = [each["Condition"] for each in policy.get("Statement", []) if "Condition" in each]
    return [pattern for condition in conditions for pattern in condition["StringLike"][CONDITION_KEY]]


def count_chars(document: str) -> int:
    """Count as IAM does: without white space."""
    return len(_WHITE_SPACE.sub("", document))


def read_patterns(patterns: Iterable[str]) -> tuple[str, ...]:
    """Read all, in their order and each once. Raises InvalidPattern for the first that is wrong."""
    chosen = tuple(dict.fromkeys(read_pattern(text) for text in patterns))
    if len(chosen) > MOST_PATTERNS:
        raise InvalidPattern("too_many", "")
    return chosen


def read_pattern(text: str) -> str:
    """Read one allowed sender: the local part as typed, the domain in lower case and ASCII. Raises InvalidPattern."""
    stripped = text.strip()
    _require_one_pattern(stripped)
    local_part, _, domain = stripped.partition("@")
    _require_local_part(stripped, local_part)
    return f"{local_part}@{_read_domain(stripped, domain)}"


def is_wide(pattern: str) -> bool:
    """Tell whether a pattern reaches domains that its writer may not own: `*@*.com`, `*@*company.com`, `*@*`."""
    labels = pattern.rpartition("@")[2].split(".")
    owned = labels[-_OWNED_LABELS:]
    return len(owned) < _OWNED_LABELS or any(wildcard in label for label in owned for wildcard in _WILDCARDS)


def require_username(text: str) -> str:
    """Return the name without white space around it. Raises InvalidUsername when IAM would refuse a user with it."""
    name = text.strip()
    if not name:
        raise InvalidUsername("empty", text)
    if len(name) > MOST_USERNAME_CHARS:
        raise InvalidUsername("too_long", name, MOST_USERNAME_CHARS)
    if not _USERNAME.fullmatch(name):
        wrong = _NOT_OF_NAMES.search(name)
        raise InvalidUsername("bad_character", name, wrong.start() if wrong else 0)
    return name


def iam_user_name(username: str, *, made_at_s: int) -> str:
    """Return the name that IAM gets: ours, the person's and the second it was made, in Unix time of ten digits."""
    return f"{NAME_PREFIX}{require_username(username)}-{made_at_s:0{_TIMESTAMP_DIGITS}d}"


def _document(patterns: tuple[str, ...], resources: list[str]) -> PolicyDocument:
    resource: str | list[str] = resources[0] if len(resources) == 1 else resources
    if not patterns:
        nobody = Statement(Sid="NobodyMaySend", Effect="Deny", Action=list(ACTIONS), Resource="*")
        return PolicyDocument(Version=POLICY_VERSION, Statement=[nobody])
    condition = Condition(StringLike={CONDITION_KEY: list(patterns)})
    allowed = Statement(
        Sid="AllowedSenders", Effect="Allow", Action=list(ACTIONS), Resource=resource, Condition=condition
    )
    return PolicyDocument(Version=POLICY_VERSION, Statement=[allowed])


def _require_one_pattern(text: str) -> None:
    if not text:
        raise InvalidPattern("empty", text)
    if len(text) > MAX_ADDRESS_CHARS:
        raise InvalidPattern("too_long", text, MAX_ADDRESS_CHARS)
    space = _WHITE_SPACE.search(text)
    if space:
        raise InvalidPattern("space", text, space.start())
    if "${" in text:
        raise InvalidPattern("variable", text, text.index("${"))
    if "@" not in text:
        raise InvalidPattern("no_at", text, len(text))
    if text.count("@") > 1:
        raise InvalidPattern("several_at", text, text.index("@", text.index("@") + 1))


def _require_local_part(text: str, local_part: str) -> None:
    if not local_part:
        raise InvalidPattern("no_local_part", text)
    if len(local_part) > MAX_LOCAL_PART_CHARS:
        raise InvalidPattern("local_part_too_long", text, MAX_LOCAL_PART_CHARS)
    wrong = _NOT_OF_LOCAL_PARTS.search(local_part)
    if wrong:
        raise InvalidPattern("bad_local_character", text, wrong.start())
    dots = _wrong_dot(local_part)
    if dots is not None:
        raise InvalidPattern("bad_dots", text, dots)


def _wrong_dot(text: str) -> int | None:
    if text.startswith("."):
        return 0
    double = text.find("..")
    if double >= 0:
        return double + 1
    return len(text) - 1 if text.endswith(".") else None


def _read_domain(text: str, domain: str) -> str:
    begin = len(text) - len(domain)
    if not domain:
        raise InvalidPattern("no_domain", text, begin)
    if not any(wildcard in domain for wildcard in _WILDCARDS):
        plain = domain_in_ascii(domain)
        if plain is None:
            raise InvalidPattern("bad_domain", text, begin)
        return plain
    wrong = _NOT_OF_DOMAINS.search(domain)
    if wrong:
        raise InvalidPattern("bad_domain_character", text, begin + wrong.start())
    dot = _wrong_dot(domain)
    if dot is not None:
        raise InvalidPattern("bad_dots", text, begin + dot)
    return domain.lower()
