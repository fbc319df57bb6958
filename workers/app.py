"""The Celery application that `celery -A workers.app worker` and the schedule run."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Celery runs Django's checks and throws their result away; they would load every page (40 MB) into each worker.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

import django

django.setup()

from django.conf import settings  # noqa: E402
from kombu import Queue as KombuQueue  # noqa: E402

from portal.aws.sync_sqs import INSPECTORS  # noqa: E402
from portal.publish import producer  # noqa: E402
from portal.queues import SCHEDULE, TASK_QUEUES, full_name, task_queues  # noqa: E402
from workers.failed import is_readable  # noqa: E402

INSPECTORS[:] = [is_readable]
app = producer
app.conf.task_queues = [KombuQueue(full_name(settings.QUEUE_PREFIX, queue.name)) for queue in task_queues()]
app.conf.task_default_queue = app.conf.task_queues[0].name
app.conf.imports = (
    "workers.tasks.accounts",
    "workers.tasks.alerts",
    "workers.tasks.bulk",
    "workers.tasks.campaigns",
    "workers.tasks.credentials",
    "workers.tasks.domains",
    "workers.tasks.failures",
    "workers.tasks.fields",
    "workers.tasks.forms",
    "workers.tasks.gmail",
    "workers.tasks.importing",
    "workers.tasks.maintenance",
    "workers.tasks.privacy",
    "workers.tasks.reports",
    "workers.tasks.restored",
    "workers.tasks.webhooks",
    "workers.tasks.routing",
    "workers.tasks.sending_domains",
)
app.conf.beat_schedule = {
    tick.task.value: {
        "task": tick.task.value,
        "schedule": tick.every_s,
        "options": {"queue": full_name(settings.QUEUE_PREFIX, TASK_QUEUES[tick.task])},
    }
    for tick in SCHEDULE
}
app.loader.import_default_modules()
