"""The workers of bench.pacing: processes that send one campaign side by side, as Celery's workers would.

Prints, as JSON, the seconds that starting up took and how many recipients SES throttled.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from bench.sending_postroom import make_campaign, make_contacts, start
from campaigns.sending.models import SendingAccount
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.sender import sender_of

WARM_UP_S = 3.0


def main(rate: int, workers: int, seconds: float) -> None:
    make_contacts(int(rate * (seconds + WARM_UP_S)))
    campaign = make_campaign()
    SendingAccount.objects.update(max_rate_per_s=rate, configuration_set="postroom")
    start(campaign)
    command = [sys.executable, "-m", "bench.pacing_workers", "worker", str(campaign.pk)]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _worker in range(workers)]
    for worker in running:
        worker.stdout.readline()  # it is ready
    for worker in running:
        worker.stdin.close()  # go
    for worker in running:
        assert worker.wait() == 0
    lowered = SendingAccount.objects.get().rho < 0.99
    print(json.dumps({"warm_up_s": WARM_UP_S, "lowered": lowered}))


def work(campaign_id: int) -> None:
    """Get ready, wait for the word, then send until nothing is due; a chunk that was given back is waited for."""
    sender_of(campaign_id)
    print("ready", flush=True)
    sys.stdin.read()
    idle = 0
    while idle < 3:
        idle = 0 if send_next_chunk(campaign_id) else idle + 1
        time.sleep(0.2 if idle else 0)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
