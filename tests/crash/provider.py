"""Proofs about what the provider may do to a running campaign: stand still for hours, halve the rate, end the day's quota.

Where hours pass, they pass on the double's clock and on the database's, which is the one that the portal goes by.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.crash.scene import STAGE, Scene, Size, Verdict, audit, run_scene

if TYPE_CHECKING:
    from sandbox.ses_double.calls import Call
    from tests.postgres import Server

MINUTE_S, DAY_S = 60.0, 86_400.0
# Of real time for each simulated minute: until a worker has come by, however slow the machine is, and for one more.
MOST_S, LOOK_S = 15.0, 0.25
QUOTA_SHARE, RESERVE_PCT = 0.7, 10
NEWCOMERS_SHARE = 0.02  # people who ask to join while the campaign waits; less than the reserve
ADAPTED_WITHIN_S = 10.0
THROTTLED = "TooManyRequestsException"
# What is simulated makes minutes pass at once: a worker must not seem dead for that.
SLOW_LEASE = {"SEND_LEASE_S": "7200", "QUOTA_RESERVE_PCT": str(RESERVE_PCT), "CANARY_IDLE_EVERY_S": "600"}


def prove_pause(server: Server, size: Size) -> Verdict:
    """SES lets nothing out for `blows` simulated minutes."""
    with run_scene(server, size, settings=SLOW_LEASE) as scene:
        scene.processes.ask(*STAGE, "simulate_clock")
        _begin(scene, quota_every_s=LOOK_S)
        scene.wait_for_accepted(size.people * 0.3)
        scene.processes.sandbox.add_fault(kind="paused")
        scene.wait(lambda: scene.ask_database("SELECT is_probing FROM campaigns_sendingaccount"), "the first refusal")
        before = len(_refused(scene))
        for _minute in range(size.blows):
            _live_a_minute(scene)
        probes = _refused(scene)[before:]
        scene.processes.sandbox.clear_faults()
        minutes = _minutes_until_resumed(scene)
        verdict = audit(scene)
    begun_s = [probe["started_at_s"] for probe in probes]
    closest_s = min((later - earlier for earlier, later in pairwise(begun_s)), default=0.0)
    verdict.figures["paused"] = f"{size.blows} minutes, {len(probes)} probes, the closest {closest_s:.0f} s apart"
    verdict.figures["resumed"] = f"within {minutes} minutes"
    verdict.demand(
        "a probe a minute", kept=0 < len(probes) <= size.blows and (closest_s > MINUTE_S - 1 or not closest_s)
    )
    verdict.demand("resumes", kept=minutes <= 3)
    verdict.demand("nobody uncertain", kept=verdict.uncertain_calls == 0)
    return verdict


def prove_halved_rate(server: Server, size: Size) -> Verdict:
    """The provider halves the rate in the middle, and the portal would ask for it only a minute later."""
    with run_scene(server, size) as scene:
        with ThreadPoolExecutor(1) as beside:  # what begins the campaign may end later than the campaign
            begun = beside.submit(_begin, scene, quota_every_s=MINUTE_S)
            scene.wait_for_accepted(size.people * 0.4)
            scene.processes.sandbox.set_quota(max_send_rate=size.rate_per_s / 2)
            halved_s = time.time()
            begun.result()
        verdict = audit(scene)
        calls = scene.processes.sandbox.calls("SendBulkEmail")
    after = [call for call in calls if call["started_at_s"] >= halved_s]
    throttled = [call for call in after if call["throttled_count"]]
    adapted_s = max((call["started_at_s"] - halved_s for call in throttled), default=0.0)
    accepted = sum(call["accepted_count"] for call in after)
    used = accepted / max(1.0, after[-1]["started_at_s"] - halved_s) / (size.rate_per_s / 2)
    verdict.figures["halved"] = (
        f"{len(throttled)} of {len(after)} calls throttled, the last {adapted_s:.1f} s after; "
        f"then and meanwhile {used:.0%} of the new rate used"
    )
    verdict.demand("adapts", kept=adapted_s <= ADAPTED_WITHIN_S)
    verdict.demand("nobody uncertain", kept=verdict.uncertain_calls == 0)
    return verdict


def prove_day_quota(server: Server, size: Size) -> Verdict:
    """The day's quota ends in the middle; confirmations go on out of the reserve, the campaign with the next day."""
    newcomers = int(size.people * NEWCOMERS_SHARE)
    quota = int(size.people * QUOTA_SHARE)
    with run_scene(server, size, settings=SLOW_LEASE) as scene:
        scene.processes.ask(*STAGE, "simulate_clock")
        scene.processes.sandbox.set_quota(max_24_hour_send=quota)
        _begin(scene, quota_every_s=1.0, sweep_every_s=2.0)
        usable = quota * (100 - RESERVE_PCT) / 100
        scene.wait_for_accepted(usable - size.group * size.workers)
        joined = _joined_within_s(scene, newcomers)
        by_campaign = sum(line["address"].endswith("@club.example") for line in scene.processes.sandbox.accepted())
        waits = scene.ask_database("SELECT status FROM campaigns_campaign ORDER BY id LIMIT 1")
        _set_clocks_on(scene, DAY_S + MINUTE_S)
        verdict = audit(scene)
        refused = [call for call in _sends(scene) if _is_refused(call)]
    verdict.figures["quota"] = f"{quota}: the campaign stopped at {by_campaign} and went on the next day"
    verdict.figures["confirmations"] = f"{newcomers} of {newcomers} within {joined:.1f} s; {len(refused)} calls refused"
    # Calls on their way while SES is asked are in neither count: a group of each worker may eat into the reserve.
    verdict.demand("the reserve is kept", kept=by_campaign <= usable + size.group * size.workers)
    verdict.demand("the campaign waits", kept=by_campaign < size.people and waits == "in_progress")
    verdict.demand("nothing refused", kept=not refused)
    verdict.demand("nobody uncertain", kept=verdict.uncertain_calls == 0)
    return verdict


def _begin(scene: Scene, *, quota_every_s: float, sweep_every_s: float = 0.2) -> None:
    scene.start_tick(sweep_every_s, quota_every_s=quota_every_s)
    scene.start_workers(scene.size.workers)
    scene.processes.ask(*STAGE, "make", str(scene.size.people))


def _set_clocks_on(scene: Scene, seconds: float) -> None:
    """The double's first: nothing is asked of it before the database says that the time has come."""
    scene.processes.sandbox.advance_clock(seconds)
    scene.ask_database(f"UPDATE simulated.clock SET ahead = ahead + make_interval(secs => {seconds}) RETURNING 1")


def _live_a_minute(scene: Scene) -> None:
    """Set the clocks on, and give the workers time for the call that they may make in this minute."""
    calls = len(_sends(scene))
    _set_clocks_on(scene, MINUTE_S)
    give_up_s = time.monotonic() + MOST_S
    while len(_sends(scene)) == calls and time.monotonic() < give_up_s:
        time.sleep(LOOK_S / 5)
    time.sleep(LOOK_S)  # for a second one, that should not come


def _minutes_until_resumed(scene: Scene) -> int:
    before = scene.accepted_count()
    for minute in range(1, 10):
        _live_a_minute(scene)
        if scene.accepted_count() > before + scene.size.group:
            return minute
    return 10


def _joined_within_s(scene: Scene, newcomers: int) -> float:
    asked_s = time.monotonic()
    scene.processes.ask(*STAGE, "join", str(newcomers))
    lines = scene.processes.sandbox.accepted
    scene.wait(
        lambda: sum(line["address"].endswith("@join.example") for line in lines()) >= newcomers, "the confirmations"
    )
    return time.monotonic() - asked_s


def _refused(scene: Scene) -> list[Call]:
    return [call for call in _sends(scene) if call["outcome"] != "ok"]


def _is_refused(call: Call) -> bool:
    """By the day's quota; that calls bunch on a slow machine, and some are throttled, is another thing."""
    if call["outcome"] != "ok":
        return call["outcome"] != THROTTLED
    return call["recipients_count"] > call["accepted_count"] + call["throttled_count"]


def _sends(scene: Scene) -> list[Call]:
    """Calls that send, without those of the heartbeat."""
    calls = scene.processes.sandbox.calls()
    return [call for call in calls if call["operation"] in {"SendEmail", "SendBulkEmail"}]
