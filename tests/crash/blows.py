"""Proofs about what may die or stand still around a campaign: workers, queues, the database, schedulers, clocks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.crash.scene import STAGE, Scene, Size, Verdict, audit, run_scene

if TYPE_CHECKING:
    from tests.postgres import Server

CALL_S = 0.1  # what a call takes, so that what dies often dies in the midst of one
EVENTS_TAKE_S = 4.0  # at most, after their mail
GIVES_UP_AFTER_S = 40.0  # twice the floor after which silence counts
SKEWS_S = (300, -300)
STARTS_IN_S = 15.0


def prove_kills(server: Server, size: Size) -> Verdict:
    """SIGKILL at random: one worker `blows` times, and a quarter as often all at once."""
    at_once = size.blows // 4
    with run_scene(server, size) as scene:
        _begin_slow_calls(scene)
        victims = [1] * size.blows + [size.workers] * at_once
        scene.chance.shuffle(victims)
        for count, mark in zip(victims, scene.marks(len(victims)), strict=True):
            scene.wait_for_accepted(mark)
            scene.kill_workers(count)
        verdict = audit(scene)
    verdict.figures["killed"] = f"{sum(victims)} workers, {at_once} times all at once"
    verdict.demand("one group for each killed worker", kept=verdict.uncertain_calls <= sum(victims))
    return verdict


def prove_purges(server: Server, size: Size) -> Verdict:
    """Every queue is purged and every worker killed, `blows` times.

    That loses news of SES, too: who was in a call then may have to stay uncertain, by name, but is not written to again.
    """
    with run_scene(server, size) as scene:
        scene.processes.sandbox.set_events(shuffle_s=EVENTS_TAKE_S, seed=size.seed)
        _begin_slow_calls(scene)
        for mark in scene.marks(size.blows):
            scene.wait_for_accepted(mark)
            scene.purge_queues()
            scene.kill_workers(size.workers)
        verdict = audit(scene, settles_in_s=GIVES_UP_AFTER_S, leaves_named=True)
    verdict.figures["purged"] = f"{size.blows} times all queues"
    verdict.demand("one group for each killed worker", kept=verdict.uncertain_calls <= size.blows * size.workers)
    return verdict


def prove_database_restarts(server: Server, size: Size) -> Verdict:
    """The database ends at once, without a word, `blows` times, and comes back."""
    with run_scene(server, size) as scene:
        _begin_slow_calls(scene)
        for mark in scene.marks(size.blows):
            scene.wait_for_accepted(mark)
            server.restart()
        verdict = audit(scene)
        verdict.demand("no process ends", kept=scene.running_throughout())
    verdict.figures["restarted"] = f"{size.blows} times"
    verdict.demand("only calls on their way", kept=verdict.uncertain_calls <= size.blows * size.workers)
    return verdict


def prove_schedulers(server: Server, size: Size) -> Verdict:
    """Five schedulers at once from a scheduled campaign's start to its end, of which one is killed `blows` times."""
    with run_scene(server, size) as scene:
        _begin(scene, ticks=5, starts_in_s=STARTS_IN_S)
        for mark in scene.marks(size.blows):
            scene.wait_for_accepted(mark)
            scene.processes.kill(scene.ticks.pop(0))
            scene.start_tick(1.0)
        verdict = audit(scene)
    started, planned = (verdict.activities.get(verb, 0) for verb in ("campaign.started", "campaign.planned"))
    verdict.figures["started"] = f"{started} times by 5 schedulers, planned {planned} times"
    verdict.demand("started and planned once", kept=(started, planned) == (1, 1))
    verdict.demand("nobody uncertain", kept=verdict.uncertain_calls == 0)
    return verdict


def prove_skewed_clocks(server: Server, size: Size) -> Verdict:
    """Half of the workers and one scheduler are 300 s ahead, the others 300 s behind."""
    with run_scene(server, size) as scene:
        for number in range(size.workers):
            scene.start_workers(1, before=_skewed(SKEWS_S[number % 2]))
        for skew_s in SKEWS_S:
            scene.start_tick(before=_skewed(skew_s))
        starts_at_s = scene.processes.ask(*STAGE, "make", str(size.people), str(STARTS_IN_S))["starts_at_s"]
        verdict = audit(scene)
        lines = scene.processes.sandbox.accepted()
        calls = scene.processes.sandbox.calls("SendBulkEmail")
    first_s = min(line["at_s"] for line in lines if line["address"].endswith("@club.example")) - starts_at_s
    throttled = sum(call["throttled_count"] > 0 for call in calls)
    verdict.figures["began"] = f"{first_s:.1f} s after its moment, {throttled} of {len(calls)} calls throttled"
    verdict.demand("never early", kept=first_s >= 0)
    verdict.demand("on time", kept=first_s < SKEWS_S[0] / 5)
    verdict.demand("the rate is kept", kept=throttled <= max(1, len(calls) // 100))
    verdict.demand("nobody uncertain", kept=verdict.uncertain_calls == 0)
    return verdict


def _skewed(skew_s: int) -> tuple[str, ...]:
    return ("-m", "tests.crash.skewed", str(skew_s))


def _begin_slow_calls(scene: Scene) -> None:
    scene.processes.sandbox.add_fault(kind="stall", stall_s=CALL_S, accepted=True)
    _begin(scene)


def _begin(scene: Scene, *, ticks: int = 1, starts_in_s: float = 0.0) -> None:
    for _tick in range(ticks):
        scene.start_tick(0.5 if ticks == 1 else 1.0)
    scene.start_workers(scene.size.workers)
    scene.processes.ask(*STAGE, "make", str(scene.size.people), str(starts_in_s))
    scene.started_s = time.monotonic()
