"""A template whose author is an attacker: what of the corpus reaches anything, and what it costs. Prints its figures."""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from campaigns.messages.compile import RenderedMessage, compile_message
from campaigns.messages.problems import RenderingRefused, TemplateInvalid
from campaigns.messages.source import MessageSource, SnippetSource

CORPUS = Path(__file__).parents[2] / "samples" / "attacks" / "templates.json"
MAX_CPU_S = 0.05
MAX_ALLOCATED_BYTES = 2_000_000
TRIES = 16  # a busy machine makes even processor time longer, so the best of some is the figure
# Python's own reports of what was touched; templates of texts need none of these.
FORBIDDEN_EVENTS = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "import",
    "exec",
    "compile",
    "ctypes.",
    "urllib.",
)
SECRET = "TOP-SECRET-VALUE"
LEAKED = (SECRET, "root:x:0", "<class ", "<function ", "<built-in", " object at 0x", "site-packages", "Traceback")


class Trap(str):
    """A text with more behind it than its letters, which nobody must reach."""

    __slots__ = ()
    reached: list[str] = []
    secret = SECRET
    password = SECRET

    def leak(self) -> str:
        Trap.reached.append("leak")
        return SECRET

    def __getattribute__(self, name: str):
        if name in {"secret", "password", "leak", "__globals__", "__dict__", "__init__", "__subclasses__", "__mro__"}:
            Trap.reached.append(name)
        return super().__getattribute__(name)


PERSON = {
    "a": Trap("x" * 5_000), "b": Trap("<script>"), "n": Trap("9" * 5_000), "s": Trap("a," * 5_000), "self": Trap("me"),
    "first_name": Trap("Kim"),
}  # fmt: skip


def corpus() -> list[tuple[str, str]]:
    """(subject, template) each; a part [text, n] stands for n times that text."""
    entries = json.loads(CORPUS.read_text(encoding="utf-8"))
    written = (
        (subject, "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts))
        for subject, parts in entries
    )
    return list(written)


def outcome(template: str, *snippets: SnippetSource) -> str:
    try:
        rendered = render(template, *snippets)
    except (TemplateInvalid, RenderingRefused) as error:
        return f"refused: {error}"
    return f"{rendered.subject}\n{rendered.html}\n{rendered.text}"


def render(template: str, *snippets: SnippetSource) -> RenderedMessage:
    source = MessageSource(subject="News", kind="html", body=template, snippets=snippets)
    return compile_message(source).render(PERSON)


def cpu_s(template: str, *snippets: SnippetSource) -> float:
    """The least processor time of some tries; the first that is within the bound ends them."""
    least = float("inf")
    for _try in range(TRIES):
        started = time.thread_time()
        with suppress(TemplateInvalid, RenderingRefused):
            render(template, *snippets)
        least = min(least, time.thread_time() - started)
        if least < MAX_CPU_S:
            break
    return least


def allocated_bytes(template: str, *snippets: SnippetSource) -> int:
    gc.collect()
    tracemalloc.start()
    with suppress(TemplateInvalid, RenderingRefused):
        render(template, *snippets)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak_bytes


@pytest.fixture(scope="module")
def touched():
    """What Python says was touched while it listens; a hook cannot be taken away again, only told not to listen."""
    heard: list[str] = []
    listening = [False]

    def hear(event: str, _arguments: tuple[object, ...]) -> None:
        if listening[0] and event.startswith(FORBIDDEN_EVENTS):
            heard.append(event)

    sys.addaudithook(hear)
    outcome("{{ a | date: '%Y' }}{% for i in s %}{{ i }}{% endfor %}")  # whatever is loaded at first use
    yield heard, listening
    listening[0] = False


def test_no_payload_reaches_an_attribute_a_method_a_file_or_the_network(touched, capsys):
    heard, listening = touched
    Trap.reached.clear()
    payloads = corpus()
    leaks = []
    for subject, template in payloads:
        listening[0] = True
        shown = outcome(template)
        listening[0] = False
        if not shown.startswith("refused: ") and any(leaked in shown for leaked in LEAKED):
            leaks.append((subject, template[:80]))
    assert leaks == []
    assert Trap.reached == []
    assert heard == []
    with capsys.disabled():
        print(f"\n{len(payloads)} payloads, {len(set(payloads))} of them distinct: nothing reached")  # noqa: T201


@pytest.fixture
def quick_collection():
    """What the tests before have left in memory is not looked through again for each payload."""
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("quick_collection")
def test_each_payload_costs_at_most_50_ms_and_2_mb(capsys):
    costs = [(cpu_s(template), allocated_bytes(template), template[:60]) for _subject, template in corpus()]
    dearest, largest = max(costs), max(costs, key=lambda cost: cost[1])
    with capsys.disabled():
        print(f"\ndearest of {len(costs)}: {dearest[0] * 1000:.1f} ms; largest: {largest[1] / 1e6:.2f} MB")  # noqa: T201
    assert [cost for cost in costs if cost[0] > MAX_CPU_S] == []
    assert [cost for cost in costs if cost[1] > MAX_ALLOCATED_BYTES] == []


def test_there_are_three_hundred_payloads_and_more():
    assert len({template for _subject, template in corpus()}) >= 300


def _chain(depth: int, width: int) -> list[SnippetSource]:
    inner = [SnippetSource(f"s{number}", "html", f'{{% render "s{number + 1}" %}}' * width) for number in range(depth)]
    return [*inner, SnippetSource(f"s{depth}", "html", "{{ a }}")]


@pytest.mark.parametrize(
    ("template", "snippets"),
    [
        ('{% render "me" %}', [SnippetSource("me", "html", '{% render "me" %}')]),
        ('{% render "a" %}', [SnippetSource("a", "html", '{% render "b" %}'), SnippetSource("b", "html", '{% render "a" %}')]),
        ('{% render "s0" %}', _chain(12, 10)),
        ('{% render "s0" %}', _chain(3, 100)),
        ('{% render "s0" %}', _chain(200, 1)),
        ('{% render "big" %}' * 200, [SnippetSource("big", "html", "x" * 5_000)]),
        ('{% render "../../etc/passwd" %}', []),
        ('{% render "big" %}', [SnippetSource("big", "html", "{{ a.secret }}")]),
        ('{% render "loop" %}', [SnippetSource("loop", "html", "{% for i in (1..999999) %}x{% endfor %}")]),
    ],
)  # fmt: skip
def test_snippets_are_no_way_around_the_bounds(template, snippets):
    assert outcome(template, *snippets).startswith("refused: ")
    assert cpu_s(template, *snippets) < MAX_CPU_S
    assert allocated_bytes(template, *snippets) < MAX_ALLOCATED_BYTES
