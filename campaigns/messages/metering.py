"""Keeps one rendering within bounds: steps taken, characters written, length of any one value.

python-liquid's own limits multiply loop lengths but do not add up loops, filters or captures.
"""

from __future__ import annotations

from io import StringIO

from liquid import BoundTemplate, RenderContext, Token
from liquid.builtin.tags.for_tag import ForLoop
from liquid.exceptions import ResourceLimitError
from liquid.undefined import UNDEFINED

MAX_STEPS = 5_000
MAX_OUTPUT_CHARS = 200_000
MAX_VALUE_CHARS = 20_000
CHARS_PER_STEP = 500


class TooMuchWorkError(ResourceLimitError):
    """A template would run or grow beyond what one message may cost."""


class Meter:
    """What one rendering has used so far."""

    __slots__ = ("chars_left", "steps_left")

    def __init__(self) -> None:
        self.steps_left = MAX_STEPS
        self.chars_left = MAX_OUTPUT_CHARS

    def take_steps(self, count: int) -> None:
        """Count steps (two or three microseconds each). Raises TooMuchWorkError when none are left."""
        self.steps_left -= count
        if self.steps_left < 0:
            message = "the template repeats too much"
            raise TooMuchWorkError(message, token=None)

    def take_chars(self, count: int) -> None:
        """Count characters written. Raises TooMuchWorkError when none are left."""
        self.steps_left -= 1 + count // CHARS_PER_STEP
        self.chars_left -= count
        if self.chars_left < 0 or self.steps_left < 0:
            message = "the template produces too much text"
            raise TooMuchWorkError(message, token=None)

    def check_value(self, value: object) -> None:
        """Refuse a text, list or range too long to go on with, and count the work of making it."""
        if size_of(value) > MAX_VALUE_CHARS:
            message = "a value becomes too long"
            raise TooMuchWorkError(message, token=None)
        self.take_steps(2 + handling_steps(value))


def size_of(value: object) -> int:
    """Count the characters of a text, or the items of a list or range."""
    if isinstance(value, str | list):
        return len(value)
    if isinstance(value, range):
        return max(value.stop - value.start, 0)  # len() fails beyond a machine word
    return 0


def handling_steps(value: object) -> int:
    """Estimate what going once over a value costs."""
    return size_of(value) // (100 if isinstance(value, str) else 4)


class MeteredBuffer(StringIO):
    """A text buffer that reports each write to a meter."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self.meter = meter

    def write(self, text: str) -> int:
        """Write `text`, after it has been counted."""
        self.meter.take_chars(len(text))
        return super().write(text)


class MeteredContext(RenderContext):
    """python-liquid's context with a meter, one flat name space and no built-in objects."""

    __slots__ = ("meter",)

    def __init__(self, template: BoundTemplate, *, globals: dict[str, object]) -> None:
        super().__init__(template, globals=globals)
        self.meter = Meter()
        self.scope = type(self.scope)(self.locals, self.globals)

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """Look a name up, and count it; a long value costs more, whatever is done with it."""
        value = super().get(path, token=token, default=default)
        self.meter.take_steps(1 + size_of(value) // CHARS_PER_STEP)
        return value

    def assign(self, key: str, val: object) -> None:
        """Keep a value under a name, if it is not too long."""
        self.meter.check_value(val)
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Count a loop before its first round."""
        self.meter.take_steps(length)

    def get_buffer(self, buf: object = None) -> StringIO:
        """Give `capture` a buffer on the same meter."""
        return MeteredBuffer(self.meter)

    def get_item(self, obj: object, key: object) -> object:
        """Refuse every path: the parser has let only `forloop.…` through."""
        if isinstance(obj, ForLoop) and isinstance(key, str):
            return obj[key]
        raise KeyError(key)
