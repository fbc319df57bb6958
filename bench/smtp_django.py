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


def main(messages: int) -> None:
    body = Template(message.html())
    before = own_cpu_s()
    sent = get_connection().send_messages([_mail(body, number) for number in range(messages)])
    assert sent == messages, "not everything was sent"
    print(json.dumps({"cpu_us": (own_cpu_s() - before) / messages * 1e6}))


def _mail(body: Template, number: int) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        "Programme for Anna", message.TEXT, "office@postroom.example", [f"person{number}@club.example"]
    )
    mail.attach_alternative(body.render(Context(message.values(number))), "text/html")
    return mail


if __name__ == "__main__":
    main(int(sys.argv[1]))
