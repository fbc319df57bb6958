"""What the editor offers while somebody types: fields, filters, tags and snippets, each explained in one line."""

from __future__ import annotations

from typing import TypedDict

from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience.fields import ContactField
from campaigns.messages.field_names import field_names
from campaigns.messages.models import Snippet

ALWAYS_THERE = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "address": gettext_lazy("E-mail address"),
    "unsubscribe_url": gettext_lazy("Link to unsubscribe, own for each person"),
}
FILTER_WORDS = {
    "default": gettext_lazy("What stands there for people without a value: default: 'friend'"),
    "append": gettext_lazy("Adds text at the end: append: '!'"),
    "capitalize": gettext_lazy("Begins with a capital letter"),
    "date": gettext_lazy("Shows a date as you write it: date: '%d.%m.%Y'"),
    "divided_by": gettext_lazy("Divides a number: divided_by: 2"),
    "downcase": gettext_lazy("Makes all letters small"),
    "escape": gettext_lazy("Makes < and & harmless; done by itself in the message"),
    "first": gettext_lazy("The first piece of a list, or the first letter"),
    "join": gettext_lazy("Puts a list together: join: ', '"),
    "last": gettext_lazy("The last piece of a list, or the last letter"),
    "lstrip": gettext_lazy("Takes spaces away at the start"),
    "minus": gettext_lazy("Subtracts: minus: 1"),
    "modulo": gettext_lazy("What is left after dividing: modulo: 7"),
    "newline_to_br": gettext_lazy("Keeps the line breaks of a value"),
    "plus": gettext_lazy("Adds a number: plus: 1"),
    "prepend": gettext_lazy("Puts text before it: prepend: 'Dr. '"),
    "remove": gettext_lazy("Takes a text out: remove: '-'"),
    "remove_first": gettext_lazy("Takes a text out where it comes first"),
    "replace": gettext_lazy("Puts one text for another: replace: 'a', 'b'"),
    "replace_first": gettext_lazy("Puts one text for another where it comes first"),
    "round": gettext_lazy("Rounds a number: round: 2"),
    "rstrip": gettext_lazy("Takes spaces away at the end"),
    "size": gettext_lazy("How many letters, or pieces of a list"),
    "slice": gettext_lazy("Cuts letters out: slice: 0, 3"),
    "split": gettext_lazy("Cuts a text into a list: split: ','"),
    "strip": gettext_lazy("Takes spaces away on both sides"),
    "strip_newlines": gettext_lazy("Takes line breaks out"),
    "times": gettext_lazy("Multiplies: times: 2"),
    "truncate": gettext_lazy("Cuts to so many letters: truncate: 50"),
    "truncatewords": gettext_lazy("Cuts to so many words: truncatewords: 15"),
    "upcase": gettext_lazy("Makes all letters capital"),
    "url_encode": gettext_lazy("Makes a value fit into an address of a page"),
}
# How each begins when it is chosen; `${…}` is where the writer goes on.
TAG_SHAPES = {
    "if": ("if ${first_name} %}${}{% endif %}", gettext_lazy("Only for people for whom it is so")),
    "if … else": ("if ${first_name} %}${}{% else %}${}{% endif %}", gettext_lazy("One text or another")),
    "unless": ("unless ${first_name} %}${}{% endunless %}", gettext_lazy("Only for people for whom it is not so")),
    "case": ("case ${field} %}{% when '${value}' %}${}{% endcase %}", gettext_lazy("One of several texts")),
    "for": ("for ${piece} in ${list} %}${}{% endfor %}", gettext_lazy("Once for each piece of a list")),
    "assign": ("assign ${name} = ${first_name} %}", gettext_lazy("Gives a value a name")),
    "capture": ("capture ${name} %}${}{% endcapture %}", gettext_lazy("Gives a piece of text a name")),
}


class OfferedWord(TypedDict):
    """One word to choose; `shape` is what is put in where that is more than the word."""

    name: str
    about: str
    shape: str


class EditorWords(TypedDict):
    """All that is offered, by where it may stand."""

    fields: list[OfferedWord]
    filters: list[OfferedWord]
    tags: list[OfferedWord]


def offered_words() -> EditorWords:
    """Everything the editor can complete, with words in the reader's language."""
    filters = [OfferedWord(name=name, about=str(about), shape="") for name, about in FILTER_WORDS.items()]
    tags = [OfferedWord(name=name, about=str(about), shape=shape) for name, (shape, about) in TAG_SHAPES.items()]
    return EditorWords(fields=_fields(), filters=filters, tags=[*_snippets(), *tags])


def _fields() -> list[OfferedWord]:
    labels = dict(ContactField.objects.values_list("name", "label"))
    labels.update({name: str(label) for name, label in ALWAYS_THERE.items()})
    return [OfferedWord(name=name, about=labels.get(name, ""), shape="") for name in field_names()]


def _snippets() -> list[OfferedWord]:
    found = Snippet.objects.order_by("name").values_list("name", "description")[:200]
    return [
        OfferedWord(name=f'render "{name}"', about=about or _("Snippet"), shape=f'render "{name}" %}}')
        for name, about in found
    ]
