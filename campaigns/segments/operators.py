"""Which questions each kind of field understands, and what each needs to be answered. Pure."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What a field is, as far as questions go."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TAG = "tag"
    LIST = "list"
    ADDED = "added"
    IMPORT = "import"
    MAIL = "mail"
    CONSENT = "consent"
    CAMPAIGN = "campaign"
    UNSUBSCRIBED = "unsubscribed"


class Op(Enum):
    """A question."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    BEGINS = "begins"
    EMPTY = "empty"
    FILLED = "filled"
    LESS = "less"
    GREATER = "greater"
    BETWEEN = "between"
    ON = "on"
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"  # in the last N days
    YES = "yes"
    NO = "no"
    ANY_OF = "any_of"
    NONE_OF = "none_of"
    JOINED_BEFORE = "joined_before"
    JOINED_AFTER = "joined_after"
    JOINED_WITHIN = "joined_within"
    GOT = "got"
    NOT_GOT = "not_got"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    NOT_OPENED = "not_opened"
    CLICKED = "clicked"
    NOT_CLICKED = "not_clicked"


class Need(Enum):
    """What a question needs beside the field."""

    TEXT = "text"
    NUMBER = "number"
    NUMBERS = "numbers"  # two
    DATE = "date"
    DATES = "dates"  # date and until
    DAYS = "days"
    MAYBE_DAYS = "maybe_days"  # 0 = ever
    IDS = "ids"
    MAYBE_IDS = "maybe_ids"  # none = any campaign
    OPTIONS = "options"


def _needs(*needs: Need) -> frozenset[Need]:
    return frozenset(needs)


_NOTHING = _needs()
_FILL = {Op.EMPTY: _NOTHING, Op.FILLED: _NOTHING}
_DEED = _needs(Need.MAYBE_IDS, Need.MAYBE_DAYS)

_BY_KIND: dict[Kind, dict[Op, frozenset[Need]]] = {
    Kind.TEXT: {
        **dict.fromkeys((Op.IS, Op.IS_NOT, Op.CONTAINS, Op.CONTAINS_NOT, Op.BEGINS), _needs(Need.TEXT)),
        **_FILL,
    },
    Kind.NUMBER: {
        **dict.fromkeys((Op.IS, Op.LESS, Op.GREATER), _needs(Need.NUMBER)),
        Op.BETWEEN: _needs(Need.NUMBERS),
        **_FILL,
    },
    Kind.DATE: {
        **dict.fromkeys((Op.ON, Op.BEFORE, Op.AFTER), _needs(Need.DATE)),
        Op.BETWEEN: _needs(Need.DATES),
        Op.WITHIN: _needs(Need.DAYS),
        **_FILL,
    },
    Kind.YES_NO: {Op.YES: _NOTHING, Op.NO: _NOTHING, **_FILL},
    Kind.CHOICE: {Op.ANY_OF: _needs(Need.OPTIONS), Op.NONE_OF: _needs(Need.OPTIONS), **_FILL},
    Kind.TAG: {Op.ANY_OF: _needs(Need.IDS), Op.NONE_OF: _needs(Need.IDS)},
    Kind.LIST: {
        Op.ANY_OF: _needs(Need.IDS),
        Op.NONE_OF: _needs(Need.IDS),
        Op.JOINED_BEFORE: _needs(Need.IDS, Need.DATE),
        Op.JOINED_AFTER: _needs(Need.IDS, Need.DATE),
        Op.JOINED_WITHIN: _needs(Need.IDS, Need.DAYS),
    },
    Kind.ADDED: {Op.BEFORE: _needs(Need.DATE), Op.AFTER: _needs(Need.DATE), Op.WITHIN: _needs(Need.DAYS)},
    Kind.IMPORT: {Op.ANY_OF: _needs(Need.IDS), Op.NONE_OF: _needs(Need.IDS)},
    Kind.MAIL: {Op.YES: _NOTHING, Op.NO: _NOTHING},
    Kind.CONSENT: {Op.YES: _NOTHING, Op.NO: _NOTHING},
    Kind.CAMPAIGN: dict.fromkeys(
        (
            Op.GOT, Op.NOT_GOT, Op.DELIVERED, Op.BOUNCED, Op.OPENED, Op.NOT_OPENED, Op.CLICKED, Op.NOT_CLICKED,
        ),
        _DEED,
    ),
    Kind.UNSUBSCRIBED: {Op.YES: _needs(Need.MAYBE_DAYS), Op.NO: _NOTHING},
}  # fmt: skip

NEEDS: dict[tuple[Kind, Op], frozenset[Need]] = {
    (kind, op): needs for kind, ops in _BY_KIND.items() for op, needs in ops.items()
}


def ops_of(kind: Kind) -> list[Op]:
    """The questions that a kind understands, in the order in which they are offered."""
    return list(_BY_KIND[kind])
