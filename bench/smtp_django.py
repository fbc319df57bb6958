"""Django's part of bench.smtp: the same mails by send_messages over one connection, rendered by Django's templates."""

from __future__ import annotations

import json
import os
import sys

import django
from django.conf import settings

from bench import smtp_message as message
from bench.cpu import own_cpu_s

settings.configure(
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=int(os.environ["SINK_PORT"]),
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Template


class _Templates:
    """What is compiled once."""

    subject, text, html = Template(message.SUBJECT), Template(message.text()), Template(message.html())


def main(messages: int) -> None:
    before = own_cpu_s()
    sent = get_connection().send_messages([_mail(number) for number in range(messages)])
    assert sent == messages, "not everything was sent"
    print(json.dumps({"cpu_us": (own_cpu_s() - before) / messages * 1e6}))


def _mail(number: int) -> EmailMultiAlternatives:
    values = message.values(number)
    plain = Context(values, autoescape=False)
    mail = EmailMultiAlternatives(
        _Templates.subject.render(plain),
        _Templates.text.render(plain),
        f"{message.FROM_NAME} <{message.FROM_ADDRESS}>",
        [f"person{number}@club.example"],
        headers={"List-Unsubscribe": f"<{values['unsubscribe_url']}>"},
    )
    mail.attach_alternative(_Templates.html.render(Context(values)), "text/html")
    return mail


if __name__ == "__main__":
    main(int(sys.argv[1]))
