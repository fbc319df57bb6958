"""Consumes the queues that AWS services write: SES events, mail received, S3 notifications. `python -m workers.consume`.

On Lambda the event-source mapping does this; here one thread per queue receives in batches and acknowledges a batch
after its service has committed it.
"""

from __future__ import annotations

import logging
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.db import close_old_connections, connection

import workers.app  # noqa: F401  # sets Django up
from portal.alerts.watch import watch_sweep
from portal.aws import sqs
from portal.errors import OutsideError
from portal.queues import Queue, event_queues, full_name
from workers.feeds import is_outage, serve_messages

logger = logging.getLogger(__name__)

MAX_GATHERED = 1_000  # messages per transaction when the queue is full
RECEIVERS = 8  # SQS gives ten messages a call: one after the other could not keep up with the ledger
OUTAGE_PAUSE_S = 2.0
WATCH_EVERY_S = 60.0


def consume_batch(queue: Queue, *, wait_s: int) -> int:
    """Receive what is there, hand it to the queue's service, acknowledge; returns how many messages.

    What the service cannot take stays in the queue, and after its receives goes to the DLQ. Raises OutsideError, and
    what the service raises when there is but one message or the database is away.
    """
    name = full_name(settings.QUEUE_PREFIX, queue.name)
    connection.ensure_connection()  # while the database is away, receiving would only lead messages to the DLQ
    messages = sqs.receive(name, wait_s=wait_s)
    if len(messages) == sqs.MAX_BATCH:
        messages += _gathered(name)
    if messages:
        try:
            served = serve_messages(queue, messages)
        except Exception as error:
            if is_outage(error):
                _give_back(name, messages)
            raise
        _acknowledge(name, served)
    return len(messages)


def _gathered(name: str) -> list[sqs.Message]:
    """What more there is, up to MAX_GATHERED, asked for by several threads; what they got is never dropped."""
    found: list[sqs.Message] = []
    with ThreadPoolExecutor(RECEIVERS) as pool:
        while len(found) < MAX_GATHERED - RECEIVERS * sqs.MAX_BATCH:
            answers = [pool.submit(sqs.receive, name, wait_s=0) for _ in range(RECEIVERS)]
            more = [message for answer in answers for message in _answered(answer)]
            found += more
            if len(more) < RECEIVERS * sqs.MAX_BATCH // 2:
                break
    return found


def _answered(answer: Future[list[sqs.Message]]) -> list[sqs.Message]:
    try:
        return answer.result()
    except OutsideError:
        return []  # the first receive of the next turn tells of an outage


def _give_back(name: str, messages: list[sqs.Message]) -> None:
    """The database went away. Hidden for minutes, what they tell would pass for silence; that settles who is uncertain."""
    try:
        sqs.hide(name, messages, for_s=int(OUTAGE_PAUSE_S))
    except OutsideError as outage:
        logger.warning("consume.not_given_back", extra={"queue": name, "error": str(outage)})


def _acknowledge(name: str, messages: list[sqs.Message]) -> None:
    """Raises OutsideError; what could not be deleted comes again."""
    parts = [messages[start : start + sqs.MAX_BATCH] for start in range(0, len(messages), sqs.MAX_BATCH)]
    if len(parts) == 1:
        sqs.delete(name, parts[0])
        return
    with ThreadPoolExecutor(RECEIVERS) as pool:
        list(pool.map(lambda part: sqs.delete(name, part), parts))


def consume_until(stop: threading.Event, queue: Queue, *, wait_s: int) -> None:
    """Consume one queue until `stop` is set; an outage or an error is logged and tried again."""
    while not stop.is_set():
        try:
            consume_batch(queue, wait_s=wait_s)
        except OutsideError as error:
            logger.warning("consume.outage", extra={"queue": queue.name, "error": str(error)})
            sqs.forget_urls()
            stop.wait(OUTAGE_PAUSE_S)
        except Exception:
            logger.exception("consume.failed", extra={"queue": queue.name})
            stop.wait(OUTAGE_PAUSE_S)
        finally:
            close_old_connections()


def watch_until(stop: threading.Event) -> None:
    """Look once a minute whether the schedule runs; the only process that neither hangs on it nor on a queue's hints."""
    while not stop.wait(WATCH_EVERY_S):
        try:
            watch_sweep()
        except Exception:
            logger.exception("consume.watch_failed")
        finally:
            close_old_connections()


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wait_s = settings.SQS_WAIT_S
    threads = [
        threading.Thread(target=consume_until, args=(stop, queue), kwargs={"wait_s": wait_s}, name=queue.name)
        for queue in event_queues()
    ]
    threads.append(threading.Thread(target=watch_until, args=(stop,), name="watch"))
    for thread in threads:
        thread.start()
    logger.info("consume.ready", extra={"queues": [thread.name for thread in threads]})
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
