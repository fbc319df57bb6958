"""Postroom on one machine: the sandbox, workers, consumer, schedule and web as one command.

Starts in the order of dependence, stops in reverse order, leaves no process behind: see `sandbox.children`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sandbox.certificate import certificate_files
from sandbox.children import Children, ChildSpec, StackError
from sandbox.demo.consents import GMAIL_CONSENTS
from sandbox.environment import aws_environment, changed_environment, clean_environment, smtp_environment
from sandbox.gmail_testing import gmail_environment
from sandbox.join import joinable
from sandbox.output import LabelledOutput
from sandbox.ports import HOST, free_port, is_port_free
from sandbox.seed import DEMO_DOMAIN, HALF_DONE_DOMAIN, SeedNames, alerts_topic, seed
from sandbox.ses_double.double import LOG_FILE

USUAL_PORT = 8000
MOTO_ACCOUNT = "123456789012"
USUAL_MOTO_PORT = 4566
USUAL_SES_PORT = 8025
USUAL_SMTP_PORT = 2525
USUAL_GMAIL_PORT = 8026
USUAL_RELAY_PORT = 2526
USUAL_DNS_PORT = 8053
USUAL_LOGIN_PORT = 2587
USUAL_LOGIN_TLS_PORT = 2465
NEW_KEY_S = 2.0  # as long as IAM takes to know a new key everywhere, only shorter
WATCH_EVERY_S = 0.3
LARGE_LOG_BYTES = 100 * 1024**2
WEB_THREADS = 24
WEB_WORKERS = 2
CELERY = ("-m", "celery", "--quiet", "-A", "workers.app")
# Root in a container is common, and this machine is a sandbox.
# Figures without their values, and Celery's two lines beside our own for each task.
NOISE = r"INFO (portal\.metrics|celery\.worker\.strategy|celery\.app\.trace|celery\.worker\.consumer\.connection) "
QUIET_WARNINGS = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What is to run where."""

    data_dir: Path
    port: int = USUAL_PORT
    moto_port: int = USUAL_MOTO_PORT
    ses_port: int = USUAL_SES_PORT
    smtp_port: int = USUAL_SMTP_PORT
    gmail_port: int = USUAL_GMAIL_PORT
    relay_port: int = USUAL_RELAY_PORT
    dns_port: int = USUAL_DNS_PORT
    login_port: int = USUAL_LOGIN_PORT
    login_tls_port: int = USUAL_LOGIN_TLS_PORT
    max_send_rate: float = 14.0
    max_24_hour_send: float = 50_000.0

    @property
    def url(self) -> str:
        """Return the address of the portal."""
        return f"http://{HOST}:{self.port}"

    @property
    def moto_url(self) -> str:
        """Return the address of moto."""
        return f"http://{HOST}:{self.moto_port}"

    @property
    def ses_url(self) -> str:
        """Return the address of the SES double."""
        return f"http://{HOST}:{self.ses_port}"

    @property
    def gmail_url(self) -> str:
        """Return the address of the double of Google."""
        return f"http://{HOST}:{self.gmail_port}"

    @property
    def mailbox_url(self) -> str:
        """Return the address of the mailbox's pages."""
        return f"{self.ses_url}/mailbox/"

    @property
    def certificate(self) -> Path:
        """Return the certificate that programs of SMTP users must be told to believe."""
        return certificate_files(self.data_dir / "sandbox").certificate


class Stopper:
    """Remembers that Ctrl-C or SIGTERM came, and whether it came again."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._count = 0

    def install(self) -> None:
        """Listen to the signals; call from the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def is_asked(self) -> bool:
        """Tell whether the stack is to stop."""
        return self._asked.is_set()

    def is_hurried(self) -> bool:
        """Tell whether it was asked twice."""
        return self._count > 1

    def wait(self, seconds: float) -> bool:
        """Wait, but not past the signal; tell whether it came."""
        return self._asked.wait(seconds)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        self._asked.set()


def plan_stack(*, port: int, data_dir: Path, is_port_given: bool) -> StackPlan:
    """Choose the ports. Raises StackError when the web's port is taken."""
    if not is_port_free(port):
        other = free_port(port + 1)
        reason = "" if is_port_given else " (the usual one)"
        raise StackError(f"Port {port}{reason} is in use; start with another: make run PORT={other}")
    return StackPlan(
        data_dir=data_dir,
        port=port,
        moto_port=free_port(USUAL_MOTO_PORT),
        ses_port=free_port(USUAL_SES_PORT),
        smtp_port=free_port(USUAL_SMTP_PORT),
        gmail_port=free_port(USUAL_GMAIL_PORT),
        relay_port=free_port(USUAL_RELAY_PORT),
        dns_port=free_port(USUAL_DNS_PORT),
        login_port=free_port(USUAL_LOGIN_PORT),
        login_tls_port=free_port(USUAL_LOGIN_TLS_PORT),
    )


def run_stack(plan: StackPlan, output: LabelledOutput, *, announce: Callable[[StackPlan], None]) -> int:
    """Run until Ctrl-C (0) or until a process ends by itself (1). `announce` is called once all is ready."""
    stopper = Stopper()
    stopper.install()
    environment = stack_environment(plan)
    children = Children(output, environment)
    try:
        with joinable(plan.data_dir, environment):
            start_all(plan, children, stopper, environment)
            if not stopper.is_asked():
                announce(plan)
            while not stopper.wait(WATCH_EVERY_S):
                children.check_alive()
    except StackError as error:
        output.problem(f"{error} Stopping everything.")
        return 1
    finally:
        children.stop(stopper.is_hurried)
        output.line("stack", "stopped; no process is left")
    return 0


def roll_log(plan: StackPlan) -> None:
    """Begin a new acceptance log when the old one is large; one old log is kept."""
    log = plan.data_dir / "sandbox" / LOG_FILE
    if log.is_file() and log.stat().st_size > LARGE_LOG_BYTES:
        log.replace(log.with_suffix(".old.jsonl"))


def start_all(plan: StackPlan, children: Children, stopper: Stopper, environment: dict[str, str]) -> None:
    """Start the sandbox, fill it, then start what works with it. Raises StackError."""
    roll_log(plan)
    children.start_group(sandbox_specs(plan))
    children.wait_until_ready(stopper.is_asked)
    if stopper.is_asked():
        return
    with changed_environment(environment):
        seed(SeedNames.from_environment())
    children.start_group([door_spec(plan), relay_spec(plan), login_spec(plan), *worker_specs(plan)])
    children.start_group([web_spec(plan)])
    children.wait_until_ready(stopper.is_asked)


def sandbox_specs(plan: StackPlan) -> list[ChildSpec]:
    """Return the stand-ins for AWS."""
    ses = (
        "--port",
        str(plan.ses_port),
        "--data-dir",
        str(plan.data_dir / "sandbox"),
        "--door-port",
        str(plan.smtp_port),
    )
    names = ("--dns-port", str(plan.dns_port), "--published", DEMO_DOMAIN, "--half-published", HALF_DONE_DOMAIN)
    gmail = ("--port", str(plan.gmail_port), "--data-dir", str(plan.data_dir / "sandbox"))
    consents = ("--consents", *(f"{email}:{lasts_s}" for email, lasts_s in GMAIL_CONSENTS.items()))
    quota = ("--max-send-rate", str(plan.max_send_rate), "--max-24-hour-send", str(plan.max_24_hour_send))
    return [
        ChildSpec(
            "aws", ("-m", "sandbox.moto_server", "--port", str(plan.moto_port)), ready_url=f"{plan.moto_url}/moto-api/"
        ),
        ChildSpec(
            "ses", ("-m", "sandbox.ses_double", *ses, *quota, *names), ready_url=f"{plan.ses_url}/_sandbox/health"
        ),
        ChildSpec(
            "gmail", ("-m", "sandbox.gmail_double", *gmail, *consents), ready_url=f"{plan.gmail_url}/_sandbox/health"
        ),
    ]


def door_spec(plan: StackPlan) -> ChildSpec:
    """Return the SMTP door that takes mail in, as SES's does."""
    return ChildSpec("mail-in", ("-m", "sandbox.smtp_door", "--port", str(plan.smtp_port)), ready_line="Mail comes in")


def relay_spec(plan: StackPlan) -> ChildSpec:
    """Return the SMTP relay whose mail can be read in the mailbox."""
    arguments = ("--port", str(plan.relay_port), "--mailbox", plan.ses_url)
    return ChildSpec("relay", ("-m", "sandbox.smtp_sink", *arguments), ready_line="The relay takes mail")


def login_spec(plan: StackPlan) -> ChildSpec:
    """Return SES's SMTP endpoint, where SMTP users log in."""
    ports = ("--port", str(plan.login_port), "--tls-port", str(plan.login_tls_port))
    asked = ("--iam", plan.moto_url, "--ses", plan.ses_url, "--new-key-s", str(NEW_KEY_S))
    folder = ("--data-dir", str(plan.data_dir / "sandbox"))
    return ChildSpec("smtp", ("-m", "sandbox.ses_smtp", *ports, *asked, *folder), ready_line="SMTP users log in")


def worker_specs(plan: StackPlan) -> list[ChildSpec]:
    """Return what works on queues.

    A worker looks at its queues in turn and waits at each that is empty, so the queue that carries campaigns has a
    worker of its own, and so has the one with mail that somebody waits for: a form's message never waits behind a
    campaign, nor behind a slow server of somebody's webhook.
    """
    prefix = os.environ.get("QUEUE_PREFIX") or "postroom"
    schedule_file = plan.data_dir / "sandbox" / "celerybeat-schedule"
    return [
        celery_worker("worker-1", [f"{prefix}-sending"], concurrency=4),
        celery_worker("worker-2", [f"{prefix}-imports"], concurrency=2),
        celery_worker("worker-3", [f"{prefix}-priority"], concurrency=2),
        celery_worker(
            "worker-4", [f"{prefix}-maintenance", f"{prefix}-webhooks", f"{prefix}-credentials"], concurrency=3
        ),
        celery_worker("worker-5", [f"{prefix}-gmail"], concurrency=2),
        celery_worker("worker-6", [f"{prefix}-routing", f"{prefix}-forwards", f"{prefix}-bounces"], concurrency=2),
        ChildSpec("events", ("-m", "workers.consume"), ready_line=r"consume\.ready", hidden_line=NOISE),
        ChildSpec(
            "schedule",
            (*CELERY, "beat", "--schedule", str(schedule_file), "--loglevel", "INFO"),
            ready_line="beat: Starting",
        ),
    ]


def celery_worker(label: str, queues: list[str], *, concurrency: int) -> ChildSpec:
    """Return one Celery worker for some queues."""
    options = ("--queues", ",".join(queues), "--concurrency", str(concurrency), "--hostname", f"{label}@%h")
    quiet = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return ChildSpec(label, (*CELERY, "worker", *options, *quiet), ready_line=r"@.* ready", hidden_line=NOISE)


def web_spec(plan: StackPlan) -> ChildSpec:
    """Return the web server: threads, as requests wait for the database more than they compute."""
    options = ("--bind", f"{HOST}:{plan.port}", "--worker-class", "gthread", "--workers", str(WEB_WORKERS))
    limits = ("--threads", str(WEB_THREADS), "--graceful-timeout", "5", "--timeout", "120", "--log-level", "warning")
    return ChildSpec(
        "web", ("-m", "gunicorn", "portal.wsgi:application", *options, *limits), ready_url=f"{plan.url}/healthz"
    )


def stack_environment(plan: StackPlan) -> dict[str, str]:
    """Return the variables of every process: nothing of AWS but the sandbox can be reached with them."""
    region = os.environ.get("AWS_REGION") or "us-east-1"
    chosen = {
        "SANDBOX": "yes",
        "DATA_DIR": str(plan.data_dir),
        "AWS_ENDPOINT_URL_SESV2": plan.ses_url,
        "AWS_ENDPOINT_URL_SES": plan.ses_url,
        "INBOUND_BUCKET": os.environ.get("INBOUND_BUCKET") or "postroom-inbound",
        "SANDBOX_MAILBOX_URL": plan.mailbox_url,
        "DNS_SERVERS": os.environ.get("DNS_SERVERS") or f"{HOST}:{plan.dns_port}",
        **gmail_environment(plan.gmail_url),
        **smtp_environment(plan.login_port, plan.login_tls_port, plan.certificate),
        "UPLOADS_BUCKET": os.environ.get("UPLOADS_BUCKET") or "postroom-uploads",
        "DEFAULT_FROM_ADDRESS": os.environ.get("DEFAULT_FROM_ADDRESS") or f"news@{DEMO_DOMAIN}",
        "ALERTS_TOPIC_ARN": os.environ.get("ALERTS_TOPIC_ARN") or alerts_topic_arn(region),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or plan.url,
        "LOG_FORMAT": os.environ.get("LOG_FORMAT") or "plain",
        # Workers say that they are ready at INFO, and the stack waits for it.
        "LOG_LEVEL": "DEBUG" if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG" else "INFO",
        "SQS_WAIT_S": "1",
        "PYTHONWARNINGS": QUIET_WARNINGS,
    }
    return {**clean_environment(), **aws_environment(plan.moto_url, region), **chosen}


def alerts_topic_arn(region: str) -> str:
    """Return the ARN that moto gives the topic of alerts."""
    name = alerts_topic(os.environ.get("QUEUE_PREFIX") or "postroom")
    return f"arn:aws:sns:{region}:{MOTO_ACCOUNT}:{name}"


@contextmanager
def only_stack_on(data_dir: Path) -> Iterator[None]:
    """Keep a second stack off the same data. Raises StackError when one runs already."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(f"Postroom runs already with the data in {data_dir}; stop it first.") from None
        yield
