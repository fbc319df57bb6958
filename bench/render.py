"""CPU per message from values to wire bytes: 30 kB of HTML, five placeholders, text part, List-Unsubscribe.

Against Django's EmailMultiAlternatives with a template parsed once. Ours includes compiling, once for each round.

    python -m bench.render [--messages 2000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Template

from bench.goals import at_most
from bench.measure import Figure, measure, print_figures
from campaigns.messages.compile import CompiledMessage, MessageSource, compile_message
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders

GOAL = 1 / 40
HTML_BYTES = 30_000
SENT_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SENDER = Mailbox("Acme News", "news@acme.example")
OURS, DJANGO, LOGIC = "Postroom, compiled, to MIME", "Django EmailMultiAlternatives", "Postroom with an if and a filter"
HOLES_ONLY = "Postroom, replacement data for SES bulk"


def html_template() -> str:
    """Write 30 kB of HTML with five placeholders."""
    row = '<tr><td style="padding:8px">Lorem ipsum dolor sit amet – {0}</td><td class="a">= 50 % off</td></tr>\n'
    rows = "".join(row.format(number) for number in range(HTML_BYTES // 100))[: HTML_BYTES - 500]
    rows = rows[: rows.rfind("<tr>")]
    return (
        "<html><body><p>Dear {{ first_name }} {{ last_name }},</p><p>from {{ city }}</p><table>"
        f"{rows}</table><p><a href='{{{{ url }}}}'>Go</a> <a href='{{{{ unsubscribe_url }}}}'>Unsubscribe</a></p></body></html>"
    )


TEXT = "Dear {{ first_name }} {{ last_name }},\n\n" + "Lorem ipsum dolor sit amet.\n" * 60 + "\n{{ unsubscribe_url }}\n"


def person(number: int) -> dict[str, str]:
    """Make up somebody."""
    return {
        "address": f"person{number}@example.org",
        "first_name": f"Zoë {number}",
        "last_name": "O'Neil & Co",
        "city": "Wien",
        "url": f"https://example.org/?a={number}&b=2",
        "unsubscribe_url": f"https://mail.example.org/u/{number:032x}",
    }


def source(extra: str = "") -> MessageSource:
    """Give the message as written."""
    return MessageSource("News for {{ first_name }}", "html", html_template() + extra, text_body=TEXT)


def ours(people: list[dict[str, str]], extra: str = "") -> Callable[[], int]:
    """Compile once, then write every message."""

    def work() -> int:
        compiled = compile_message(source(extra))
        skeleton = MimeSkeleton(sender=SENDER, subject=compiled.subject, text=compiled.text, html=compiled.html)
        for number, values in enumerate(people):
            write_ours(compiled, skeleton, number, values)
        return len(people)

    return work


def write_ours(compiled: CompiledMessage, skeleton: MimeSkeleton, number: int, values: dict[str, str]) -> bytes:
    """Write one message from the compiled form."""
    recipient = RecipientHeaders(
        Mailbox(values["first_name"], values["address"]),
        f"{number:016x}@acme.example",
        SENT_AT,
        unsubscribe_url=values["unsubscribe_url"],
    )
    return skeleton.build(compiled.hole_values(values), recipient)


def bulk_data(people: list[dict[str, str]]) -> Callable[[], int]:
    """Compile once, then give every person's replacement data."""

    def work() -> int:
        compiled = compile_message(source())
        for values in people:
            compiled.bulk_values(values)
        return len(people)

    return work


def with_django(people: list[dict[str, str]]) -> Callable[[], int]:
    """Parse the templates once, then render and write every message with Django."""

    def work() -> int:
        html, text, subject = Template(html_template()), Template(TEXT), Template("News for {{ first_name }}")
        for values in people:
            context = Context(values)
            write_django(subject.render(context), text.render(context), html.render(context), values)
        return len(people)

    return work


def write_django(subject: str, text: str, html: str, values: dict[str, str]) -> bytes:
    """Write one message with Django."""
    headers = {
        "List-Unsubscribe": f"<{values['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    to = [f'"{values["first_name"]}" <{values["address"]}>']
    message = EmailMultiAlternatives(subject, text, "Acme News <news@acme.example>", to, headers=headers)
    message.attach_alternative(html, "text/html")
    return bytes(message.message().as_bytes())


def run(messages: int, rounds: int) -> dict[str, Figure]:
    """Measure, and print what was found."""
    people = [person(number) for number in range(messages)]
    few = people[: max(messages // 20, 10)]
    figures = measure(
        {
            DJANGO: with_django(few),
            OURS: ours(people),
            LOGIC: ours(people, "{% if city == 'Wien' %}Servus {{ first_name | upcase }}{% endif %}"),
            HOLES_ONLY: bulk_data(people),
        },
        rounds=rounds,
    )
    print_figures(f"One message of {HTML_BYTES // 1000} kB, {messages:,} in a round", figures, base=DJANGO)
    return figures


def main() -> int:
    """Run from the command line; fails when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}], USE_I18N=False)
    django.setup()
    figures = run(options.messages, options.rounds)
    ratio = figures[OURS].cpu_us / figures[DJANGO].cpu_us
    print(f"Postroom / Django: 1/{1 / ratio:.0f} (goal: at most 1/{1 / GOAL:.0f})")
    return 0 if ratio <= at_most(GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
