"""Each kind of message from its source to bytes and back, for values that are hard on MIME."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest

from campaigns.messages.compile import LayoutValues, MessageSource, compile_message
from campaigns.messages.source import SnippetSource
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders

VALUES = [
    "",
    "Zoë 漢字 👩‍🚀",
    ".",
    "..two dots first",
    "=3D = 50 %",
    "x" * 2_000,
    "é" * 400,
    "a <b> & \"c\" 'd'",
    "{{ x }} %}",
]
SNIPPET = SnippetSource("hours", "markdown", "* Monday {{ name }}\n* Tuesday")
TEXT = ".{{ name }}\n{{ name | default: 'friend' }}\n{% render 'hours' %}\nUnsubscribe: {{ unsubscribe_url }}\n"
BODIES = {
    "markdown": "# {{ name }}\n\n.{{ name }}\n\n{% render 'hours' %}\n\n[Yes]({{ url }} \"button\")",
    "mjml": "<mjml><mj-body>{% if name %}<mj-section><mj-column><mj-text>.{{ name }}<br>{% render 'hours' %}</mj-text>"
    '<mj-button href="{{ url }}">Yes</mj-button></mj-column></mj-section>{% endif %}<mj-section><mj-column><mj-text>'
    "{{ layout_address }} {{ unsubscribe_url }}</mj-text></mj-column></mj-section></mj-body></mjml>",
    "html": "<html><body>\n.{{ name }}\n<p>{% render 'hours' %}</p><a href='{{ url }}'>Yes</a></body></html>",
}  # fmt: skip


def message_of(kind) -> MessageSource:
    layout = LayoutValues(organisation="The Club", address="1 Mill Lane")
    return MessageSource("Dear {{ name }}", kind, BODIES[kind], text_body=TEXT, layout=layout, snippets=(SNIPPET,))


def unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("value", VALUES)
def test_each_kind_arrives_as_it_was_rendered(kind, value):
    compiled = compile_message(message_of(kind))
    person = {"name": value, "url": "https://example.org/?a=1&b=é", "unsubscribe_url": "https://example.org/u/1"}
    skeleton = MimeSkeleton(
        sender=Mailbox("The Club", "post@club.example"),
        subject=compiled.subject,
        text=compiled.text,
        html=compiled.html,
    )
    headers = RecipientHeaders(Mailbox("Kim", "kim@club.example"), "1@club.example", datetime(2026, 11, 22, tzinfo=UTC))
    raw = skeleton.build(compiled.hole_values(person), headers)

    assert raw.isascii()
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    wanted = compiled.render(person)
    parts = [unified(part.get_content()) for part in parsed.walk() if part.get_content_maintype() == "text"]
    assert parts == [unified(wanted.text), unified(wanted.html)]
    assert parsed["subject"].strip() == wanted.subject.strip()


@pytest.mark.parametrize("kind", BODIES)
def test_each_kind_goes_through_ses_templates_with_the_same_result(kind):
    compiled = compile_message(message_of(kind))
    person = {"name": "Zoë & <Co>", "url": "https://example.org/?a=1&b=2", "unsubscribe_url": "https://example.org/u/1"}
    template, values = compiled.bulk_template(), compiled.bulk_values(person)
    filled = template.html
    for key, value in values.items():
        filled = filled.replace("{{" + key + "}}", value)
    assert filled == compiled.render(person).html
