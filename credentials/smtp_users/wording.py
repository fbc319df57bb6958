"""What is wrong with a name, a pattern or a policy, in words for the person who typed it."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from credentials.smtp_users.policy import (
    MANAGED_CHARS,
    MOST_PATTERNS,
    MOST_USERNAME_CHARS,
    InvalidPattern,
    InvalidUsername,
    PolicyTooLong,
)
from credentials.smtp_users.simulate import Answer, Verdict

_PATTERNS = {
    "empty": gettext_lazy("This line is empty."),
    "too_long": gettext_lazy("This is longer than any address."),
    "space": gettext_lazy("There is a space within. One address stands in a line."),
    "variable": gettext_lazy("“${” means something else to IAM and cannot stand in an address."),
    "several_at": gettext_lazy("There is more than one @."),
    "no_at": gettext_lazy("There is no @. For a whole domain write *@company.com."),
    "no_local_part": gettext_lazy("Nothing stands before the @. For a whole domain write *@company.com."),
    "local_part_too_long": gettext_lazy("The part before the @ is longer than 64 characters."),
    "bad_local_character": gettext_lazy("“%(character)s” cannot stand before the @ of a sender."),
    "bad_dots": gettext_lazy("A dot stands at the beginning or end of a part, or two follow one another."),
    "no_domain": gettext_lazy("Nothing stands behind the @."),
    "bad_domain_character": gettext_lazy("“%(character)s” cannot stand in a domain with wildcards."),
    "bad_domain": gettext_lazy("What stands behind the @ is no domain."),
}
_ANSWERS = {
    Verdict.ALLOWED: gettext_lazy("Yes: %(pattern)s allows it."),
    Verdict.NO_ADDRESS: gettext_lazy("No: this is no address to send from."),
    Verdict.NOBODY: gettext_lazy("No: the list is empty, so this user may send as nobody."),
    Verdict.CASE: gettext_lazy("No: IAM tells capital letters from small ones, and %(pattern)s is spelled otherwise."),
    Verdict.SUBDOMAIN: gettext_lazy(
        "No: %(pattern)s does not reach domains below it; a line of its own, such as *@*.company.com, does."
    ),
    Verdict.NO_MATCH: gettext_lazy("No: no line allows it, and SES refuses it with 554."),
}
_NAMES = {
    "empty": gettext_lazy("Give it a name."),
    "too_long": gettext_lazy("At most %(most)d characters: IAM allows 64, of which Postroom needs the rest."),
    "bad_character": gettext_lazy(
        "“%(character)s” cannot stand in a name on IAM. Letters, digits and _ + = , . @ - can."
    ),
}


def pattern_words(error: InvalidPattern) -> str:
    """Why IAM, or mail, has no such sender."""
    if error.code == "too_many":
        return _("These are more than %d addresses.") % MOST_PATTERNS
    return str(_PATTERNS[error.code]) % {"character": error.text[error.place : error.place + 1]}


def username_words(error: InvalidUsername) -> str:
    """Why IAM would not take a user of this name."""
    character = error.text[error.place : error.place + 1]
    return str(_NAMES[error.code]) % {"most": MOST_USERNAME_CHARS, "character": character}


def length_words(error: PolicyTooLong) -> str:
    """That the senders do not fit, by how much, and what helps."""
    return _(
        "The policy would have %(chars)d characters and IAM allows %(most)d. Write *@company.com for the addresses of one domain, or make a second SMTP user."
    ) % {"chars": error.chars, "most": MANAGED_CHARS}


def answer_words(answer: Answer) -> str:
    """Whether the sender is allowed, and why, in a sentence."""
    return str(_ANSWERS[answer.verdict]) % {"pattern": answer.pattern}
