"""What is wrong with a message, in the language of the reader.

The compiler knows no languages: its problems are English sentences of a few forms, which are recognised here. A
sentence of no known form stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop as _

from campaigns.messages.problems import Problem

_HOLE = re.compile(r"\[(\w+)\]")
# [words in brackets] are what differs; longer forms come before the shorter ones that would match them, too.
_SENTENCES = (
    _("The message has no text."),
    _("The subject is empty."),
    _("The subject has a line break. Write it in one line."),
    _("The subject has a control character in it."),
    _("The snippet has no text."),
    _("A message has [count] characters at most. Put the rest on a page and link to it."),
    _("With its snippets this is longer than [count] characters."),
    _("With “[name]” this is longer than [count] characters."),
    _('Write the name of a snippet in quotes and nothing else: {% render "opening-hours" %}.'),
    _("A message may put in [count] snippets at most."),
    _("There is no snippet “[name]”."),
    _("The snippet “[name]” uses itself: [way]."),
    _("Snippets may be nested [count] deep at most."),
    _("“[name]” works alone only: {{ [name] }}."),
    _("This goes over the limits of one message: [reason]."),
    _("This cannot be worked out: [reason]."),
    _("“[shown]” cannot be understood: [reason]."),
    _("it is nested too deep or holds too large a number"),
    _("There is no filter “[name]”. These filters work: [known]."),
    _("“[shown]” reaches inside a value. Only plain names work, such as {{ first_name }}."),
    _("a number or a value does not fit"),
    _("[name] needs a whole number"),
    _("a value becomes too long"),
    _('date needs a layout such as "%d.%m.%Y"'),
    _("a number becomes too large"),
    _("[name] cannot be calculated with [value]"),
    _("[name] is used with too few or too many arguments"),
    _("the template repeats too much"),
    _("the template produces too much text"),
    _("“[shown]” has more than [count] attributes."),
    _("“[shown]” begins here and never ends."),
    _("More than [count] elements are open at once. Close what has ended."),
    _("The message has more than [count] HTML tags."),
    _("There are too many styles for so many elements. Leave out the styles not used."),
    _("The MJML cannot be understood. Look for a tag or a value that is written in an unusual way."),
    _("The template is longer than [count] characters."),
    _("There are more than [count] Liquid tags."),
    _("“[opener]” is opened here but not closed with “[closer]”."),
    _("There is nothing between “[opener]” and “[closer]”."),
    _("“[tag]” closes a “[other]” that was never opened."),
    _("“[tag]” comes before “[other]”."),
    _("“[tag]” only works inside “{% for %}”."),
    _("“[tag]” stands outside the block it belongs to."),
    _("“[tag]” does not work here: a message cannot load other templates."),
    _("There is no tag “[name]”. These tags work: [known]."),
    _("The tag has no name. These tags work: [known]."),
    _("Blocks may be nested [count] deep at most."),
    _("The [name] colour “[value]” must look like #1f5fbf."),
    _("The address of the logo must start with https:// and have no spaces."),
    _("The language “[value]” must be a code such as en or de-AT."),
)


def said(problem: Problem) -> str:
    """The sentence of a problem, without its place."""
    return _translated(problem.message)


def _translated(sentence: str) -> str:
    if (get_language() or "en").startswith("en"):
        return sentence
    for english, pattern in _patterns():
        if (match := pattern.fullmatch(sentence)) is not None:
            return _filled(gettext(english), match.groupdict())
    return sentence


def _filled(sentence: str, found: dict[str, str]) -> str:
    words = {name: _translated(text) if name == "reason" else text for name, text in found.items()}
    return _HOLE.sub(lambda hole: words.get(hole.group(1), hole.group()), sentence)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((english, _pattern(english)) for english in _SENTENCES)


def _pattern(english: str) -> re.Pattern[str]:
    pieces: list[str] = []
    known: set[str] = set()
    for index, piece in enumerate(_HOLE.split(english)):
        if index % 2 == 0:
            pieces.append(re.escape(piece))
        else:
            pieces.append(f"(?P={piece})" if piece in known else f"(?P<{piece}>.+?)")
            known.add(piece)
    return re.compile("".join(pieces), re.DOTALL)
