"""Campaigns of an older table, taken as templates: what was sent once must not wait here to be sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from campaigns.messages.drafts import save_template
from campaigns.messages.models import Template
from campaigns.older.reading import TEMPLATE_NAME_CHARS, OldMessage, read_message
from portal.errors import InvalidInput, PortalError
from portal.older.rows import OldRow, Outcome, Planned

KIND = "message"


class MessageMove:
    """One run over the campaigns."""

    def __init__(self, *, replaces: bool) -> None:
        self._replaces = replaces
        self._work: list[tuple[OldRow, Template]] = []

    def plan(self, rows: Iterable[OldRow]) -> Iterator[Planned]:
        """Say of each row what is to become of it."""
        read: list[tuple[OldRow, OldMessage]] = []
        for row in rows:
            try:
                read.append((row, read_message(row)))
            except InvalidInput as error:
                yield Planned(row, KIND, Outcome.REFUSED, str(error))
        counts = Counter(message.name for _row, message in read)
        for row, message in read:
            name = message.name if counts[message.name] == 1 else _with_key(message.name, row.key)
            yield self._one(row, message, name)

    def _one(self, row: OldRow, message: OldMessage, name: str) -> Planned:
        there = Template.objects.filter(name=name).first()
        words = {
            "kind": message.kind, "subject": message.subject, "body": message.body, "text_body": message.text_body,
        }  # fmt: skip
        differing = [field for field, text in words.items() if there and getattr(there, field) != text]
        if there and not differing:
            return Planned(row, KIND, Outcome.SAME)
        template = there or Template(name=name)
        for field, text in words.items():
            setattr(template, field, text)
        if there is None or self._replaces:
            self._work.append((row, template))
        if there:
            kept = "" if self._replaces else " What stands here stays; --replace takes the table's."
            return Planned(
                row, KIND, Outcome.CHANGED, f"The template “{name}” differs in {', '.join(differing)}.{kept}"
            )
        sender = f" It came from {message.sender}: choose the sender with each campaign." if message.sender else ""
        return Planned(row, KIND, Outcome.NEW, f"Becomes the template “{name}”.{sender}")

    def apply(self) -> Iterator[Planned]:
        """Write the templates; yields those that could not be."""
        for row, template in self._work:
            try:
                save_template(template, actor=None)
            except PortalError as error:
                yield Planned(row, KIND, Outcome.REFUSED, str(error))


def _with_key(name: str, key: str) -> str:
    """Two campaigns of one name stay two."""
    end = f" ({key})"[:60]
    return name[: TEMPLATE_NAME_CHARS - len(end)] + end
