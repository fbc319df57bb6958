"""django-post-office's part of bench.sending: queues mails with send_many and sends them to a sink over SMTP."""

from __future__ import annotations

import json
import os
import sys

import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "post_office"],
    DATABASES={"default": environ.Env().db_url_config(os.environ["DATABASE_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    POST_OFFICE={
        "BATCH_DELIVERY_TIMEOUT": 600,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        "BATCH_SIZE": 100,
    },
    USE_TZ=True,
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=int(os.environ["SINK_PORT"]),
    LOGGING_CONFIG=None,
)


def main(messages: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from post_office import mail
    from post_office.models import STATUS, Email, EmailTemplate

    from bench import message
    from bench.cpu import own_cpu_s, postgres_cpu_s, postmaster_pid

    call_command("migrate", verbosity=0)
    template = EmailTemplate.objects.create(
        name="bench", subject=message.SUBJECT, html_content=message.html(), content=message.TEXT
    )
    pid = postmaster_pid(connection)
    before = own_cpu_s(), postgres_cpu_s(pid)
    values = dict.fromkeys(message.FIELDS, "value")
    mail.send_many(
        [
            {
                "sender": "office@postroom.example",
                "recipients": [f"person{number}@club.example"],
                "template": template,
                "context": values,
            }
            for number in range(messages)
        ]
    )
    call_command("send_queued_mail", processes=1, verbosity=0)
    spent = own_cpu_s() - before[0] + postgres_cpu_s(pid) - before[1]
    assert Email.objects.filter(status=STATUS.sent).count() == messages, "not everything was sent"
    print(json.dumps({"cpu_us": spent / messages * 1e6}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
