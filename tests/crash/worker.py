"""A worker for campaigns that asks its queues a few times a second: `python -m tests.crash.worker`.

Asked without a pause, moto would keep a processor busy with answering that there is nothing.
"""

from __future__ import annotations

from django.conf import settings

from portal.queues import QueueName, full_name
from workers.app import app

QUEUES = (QueueName.SENDING, QueueName.IMPORTS, QueueName.PRIORITY, QueueName.MAINTENANCE)
ASKS_EVERY_S = 0.25

if __name__ == "__main__":
    app.conf.broker_transport_options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "wait_time_seconds": 0,
        "polling_interval": ASKS_EVERY_S,
    }
    names = ",".join(full_name(settings.QUEUE_PREFIX, queue) for queue in QUEUES)
    app.worker_main(["worker", "-P", "solo", "-l", "error", "-Q", names])
