"""What is asked of an SMTP user while IAM is struck, how time goes on after it, and what must have come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone

from credentials.encryption.services import unseal
from credentials.smtp_users import services
from credentials.smtp_users.facts import read_facts
from credentials.smtp_users.machine import reconcile
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser, State
from credentials.smtp_users.plan import Step, next_step
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from tests.doubles.iam import Blow, Killed

if TYPE_CHECKING:
    from tests.doubles.iam import MotoIam

FEW, MANY = ["scan@example.org"], [f"department-{number:03}@news.example.org" for number in range(90)]
BLOWS = (Blow.FAILS_BEFORE, Blow.FAILS_AFTER, Blow.KILLED_BEFORE, Blow.KILLED_AFTER)
MOST_RUNS = 40
Judge = Callable[["MotoIam"], str]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something asked of an SMTP user: `phases` in turn, each carried out before the next; `judge` says what is wrong."""

    name: str
    phases: tuple[Callable[[], object], ...]
    judge: Judge
    before: tuple[Callable[[], object], ...] = ()
    fallback: Judge | None = None  # when the struck call never works; None where the deed is tried for ever


def the_user() -> SmtpUser:
    return SmtpUser.objects.get()


def create(senders: list[str]) -> Callable[[], object]:
    return lambda: save_smtp_user(SmtpUserDraft("office-printer", senders), actor=None)


def change(senders: list[str]) -> Callable[[], object]:
    return lambda: save_smtp_user(SmtpUserDraft("office-printer", senders), actor=None, user_id=the_user().pk)


def ask(service: Callable[..., object]) -> Callable[[], object]:
    return lambda: service(the_user().pk, actor=None)


def end_grace() -> None:
    SmtpUser.objects.update(delete_at=timezone.now() - timedelta(seconds=2))


# --- Judges: "" when all is well


def is_usable(iam: MotoIam, *, keys: int = 1, state: State = State.ACTIVE) -> str:
    """One IAM user with exactly the keys that have rows, each of whose passwords logs in."""
    user = the_user()
    rows = list(user.keys.all())
    if (user.state, user.is_settled) != (state, True):
        return f"{user.state}, settled: {user.is_settled}, {user.state_reason}"
    if iam.users() != [user.iam_user_name] or set(iam.keys(user.iam_user_name)) != {row.access_key_id for row in rows}:
        return f"on IAM: {iam.left_over()}, rows: {len(rows)}"
    if len(rows) != keys or not all(_logs_in(iam, row) for row in rows):
        return f"{len(rows)} keys, of which some do not log in"
    return _wrong_policies(iam, user)


def is_changing(iam: MotoIam) -> str:
    return is_usable(iam, keys=2, state=State.ROTATING)


def is_disabled(iam: MotoIam) -> str:
    user = the_user()
    if any(iam.keys(user.iam_user_name).values()) or user.state != State.DISABLED:
        return f"{user.state}, {iam.keys(user.iam_user_name)}"
    return ""


def is_gone(iam: MotoIam) -> str:
    return f"left: {dict(iam.left_over())}" if iam.left_over() or SmtpUser.objects.exists() else ""


def is_undone(iam: MotoIam) -> str:
    """Nothing on AWS, the row failed with a reason."""
    user = the_user()
    if iam.left_over() or user.keys.exists():
        return f"left: {dict(iam.left_over())}"
    return "" if user.state == State.FAILED and user.state_reason else f"{user.state}: {user.state_reason}"


def does_not_log_in(iam: MotoIam, user: SmtpUser) -> bool:
    """Whether one of its passwords is refused, or it has none."""
    keys = list(user.keys.all())
    return not keys or not all(_logs_in(iam, key) for key in keys)


def _logs_in(iam: MotoIam, key: SmtpKey) -> bool:
    return iam.can_log_in(key.access_key_id, unseal(key.sealed_password, table=SEALED_FOR, row=key.row))


def _wrong_policies(iam: MotoIam, user: SmtpUser) -> str:
    managed = bool(user.managed_policy_arn)
    found = (len(iam.inline_policies(user.iam_user_name)), iam.left_over()["policies"])
    return "" if found == (int(not managed), int(managed)) else f"policies (inline, managed): {found}"


MADE = (create(FEW),)
DEEDS = (
    Deed("create", MADE, is_usable, fallback=is_undone),
    Deed("create with a long list", (create(MANY),), is_usable, fallback=is_undone),
    Deed("change", (change(["other@example.org"]),), is_usable, before=MADE),
    Deed("change to a long list", (change(MANY),), is_usable, before=MADE),
    Deed("change to a short list", (change(FEW),), is_usable, before=(create(MANY),)),
    Deed("rotate", (ask(services.rotate_smtp_user),), is_changing, before=MADE, fallback=is_usable),
    Deed(
        "finish rotation", (ask(services.finish_rotation),), is_usable, before=(*MADE, ask(services.rotate_smtp_user))
    ),
    Deed("disable", (ask(services.disable_smtp_user),), is_disabled, before=MADE),
    Deed("enable", (ask(services.enable_smtp_user),), is_usable, before=(*MADE, ask(services.disable_smtp_user))),
    Deed("delete", (ask(services.delete_smtp_user), end_grace), is_gone, before=MADE),
    Deed(
        "delete with a long list, while changing", (ask(services.delete_smtp_user), end_grace), is_gone,
        before=(create(MANY), ask(services.rotate_smtp_user)),
    ),
    Deed("take back", (ask(services.delete_smtp_user), ask(services.take_back_deletion)), is_usable, before=MADE),
)  # fmt: skip


# --- Carrying out


def work_once() -> None:
    """One worker has one turn; may be killed."""
    reconcile(the_user().pk)


def let_time_pass() -> None:
    """The dead worker's lease ends, and every retry is due."""
    SmtpUser.objects.update(lease_until=None, lease_token="", retry_at=None)


def has_work() -> bool:
    """Whether the sweep would publish a hint."""
    waits = Q(settled_wish__lt=F("wish_count")) | Q(delete_at__lte=timezone.now() - timedelta(seconds=1))
    return SmtpUser.objects.filter(waits).exists() or any(
        next_step(read_facts(user)) is not Step.SETTLE for user in SmtpUser.objects.all()
    )


def work_on(work: Callable[[], object]) -> int:
    """Let workers work until nothing is due; returns how many turns it took. A kill ends one turn only."""
    for turn in range(MOST_RUNS):
        if not has_work():
            return turn
        let_time_pass()
        with suppress(Killed):
            work()
    return MOST_RUNS


def prepare(deed: Deed) -> None:
    """Bring the user to where the deed begins, undisturbed."""
    for phase in deed.before:
        phase()
        work_on(work_once)


def carry_out(deed: Deed, work: Callable[[], object] = work_once) -> None:
    """The deed, as often as it takes."""
    for phase in deed.phases:
        phase()
        work_on(work)


def count_calls(deed: Deed, iam: MotoIam) -> int:
    """How many calls the undisturbed deed takes, the proof of the login among them."""
    prepare(deed)
    iam.expect(0, Blow.FAILS_BEFORE)
    carry_out(deed)
    return len(iam.calls)


def cases(counts: dict[str, int]) -> Iterator[tuple[Deed, int, Blow]]:
    """Every deed, struck in every way at every call."""
    for deed in DEEDS:
        for number in range(1, counts[deed.name] + 1):
            for blow in BLOWS:
                yield deed, number, blow
