"""What visitors of a form are told, in the form's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.forms.reading import MESSAGE_CHARS, SUBJECT_CHARS, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS = {"email": "email", "subject": "subject", "message": "message"}


def field_words(problems: Mapping[str, Problem]) -> dict[str, str]:
    """{field: what is wrong with it}."""
    return {name: _words(name, problem) for name, problem in problems.items()}


def _words(name: str, problem: Problem) -> str:
    if problem is Problem.MISSING:
        return _("Please fill this in.")
    if problem is Problem.BAD_ADDRESS:
        return _("This is not an e-mail address. It should look like name@example.org.")
    if problem is Problem.TOO_LONG:
        return _("At most %d characters, please.") % (SUBJECT_CHARS if name == "subject" else MESSAGE_CHARS)
    if problem is Problem.LINE_BREAK:
        return _("The subject must stay on one line.")
    return _("This has characters in it that no text has.")


def summary(problems: Mapping[str, Problem]) -> str:
    """One sentence for programs, which names the fields."""
    missing = [name for name, problem in problems.items() if problem is Problem.MISSING]
    if missing:
        return _("Missing: %s.") % ", ".join(missing)
    return _("Not usable: %s.") % ", ".join(problems)


def default_thanks() -> str:
    """What is said after a message, where the form has no words of its own."""
    return _("Thank you. Your message is on its way.")


def failure_words() -> str:
    """What is said when we failed; nothing of why."""
    return _("Something went wrong with us. Please try again in a few minutes.")


def limit_words() -> str:
    """What is said when too much came at once."""
    return _("Too many messages at once. Please try again later.")
