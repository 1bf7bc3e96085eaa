"""Limits of the world: never exceeded in any stretch of time, and what they allow is used."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.domain.delivery.metering import Meter, RateLimit
from campaigns.domain.delivery.permitting import Gauges, LimitKey, Stretch, permit
from campaigns.domain.delivery.warming import Allowance, WarmUp
from campaigns.domain.shared.sending_limits import Throttle

USUAL = settings().max_examples
START = 1_790_000_000.0
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

rate_limits = st.builds(RateLimit, st.integers(1, 5_000), st.sampled_from([MINUTE, HOUR, DAY]), st.booleans())


def heaviest(left: Sequence[tuple[float, int]], window: float) -> int:
    """The most that left in any stretch [t, t + window): one that is heaviest ends with a message."""
    ordered = sorted(left)
    times, sums = [at for at, _ in ordered], [0, *accumulate(count for _, count in ordered)]
    return max((sums[n + 1] - sums[bisect_left(times, at - window + 1e-4)] for n, at in enumerate(times)), default=0)


asks = st.lists(
    st.tuples(st.floats(0, 0.05), st.integers(1, 3_000), st.floats(0, 0.99), st.floats(0, 1)), min_size=1, max_size=120
)
"""How long after the one before (in windows), how many, how late they leave (in slots), by how much the clock goes back
(in windows, one time in ten)."""


@settings(max_examples=USUAL * 3)
@given(rate_limits, asks)
def test_no_limit_is_exceeded_in_any_stretch_even_when_permits_are_used_late_and_the_clock_goes_back(
    limit: RateLimit, asked: list[tuple[float, int, float, float]]
) -> None:
    meter, true_time, behind = Meter(), START, 0.0
    left: list[tuple[float, int]] = []
    for pause, wanted, late, back in asked:
        true_time += pause * limit.window
        behind += (back - 0.9) * 10 * limit.window if back > 0.9 else 0.0
        clock = true_time - behind
        count = meter.room(limit, clock, wanted)
        if count:
            meter = meter.taken(limit, clock, count)
            left.append((true_time + late * limit.slot, count))
    assert heaviest(left, limit.window) <= limit.limit


@settings(max_examples=USUAL)
@given(
    st.builds(RateLimit, st.integers(1, 3_000), st.sampled_from([MINUTE, HOUR, DAY]), st.booleans()),
    st.lists(st.tuples(st.integers(20, 1_000), st.floats(0, 0.3)), min_size=1, max_size=20),
)
def test_at_least_95_percent_of_the_rate_is_used_by_workers_that_wake_up_late(
    limit: RateLimit, habits: list[tuple[int, float]]
) -> None:
    """Workers take turns; each asks for what it can send, and comes back up to 0.3 s after it was told to.

    Counted from the second window to the twenty-first, and to the next permit: what a limit of 1 allows is a whole one.
    """
    meter, now, left, begin = Meter(), START, 0, START + limit.window
    end, turn = begin + 20 * limit.window, 0
    while now < end:
        wanted, late = habits[turn % len(habits)]
        turn += 1
        count = meter.room(limit, now, wanted)
        if count:
            meter = meter.taken(limit, now, count)
            left += count if now >= begin else 0
            now += 0.001
        else:
            now = max(now, meter.free_at(limit, now, wanted)) + late
    left += meter.room(limit, now, limit.limit)
    assert left >= 0.95 * limit.limit * 20


@settings(max_examples=USUAL * 2)
@given(rate_limits, asks, st.integers(1, 3_000))
def test_who_comes_back_when_told_gets_something_and_not_before(
    limit: RateLimit, asked: list[tuple[float, int, float, float]], wanted: int
) -> None:
    meter, now = Meter(), START
    for pause, count, _, _ in asked:
        now += pause * limit.window
        meter = meter.taken(limit, now, meter.room(limit, now, count))
    if meter.room(limit, now, wanted):
        return
    free = meter.free_at(limit, now, wanted)
    assert free > now
    assert meter.room(limit, free + 1e-3, wanted) > 0
    assert meter.room(limit, now + (free - now) * 0.9, wanted) == 0


def test_a_limit_of_an_hour_may_be_used_at_once_unless_it_is_even() -> None:
    at_once, even = RateLimit(1_000, HOUR), RateLimit(1_000, HOUR, even=True)
    assert Meter().room(at_once, START, 5_000) == 1_000
    assert Meter().room(even, START, 5_000) == 52
    meter = Meter().taken(even, START, 52)
    assert meter.room(even, START + MINUTE, 5_000) == 0
    assert meter.room(even, START + 2 * MINUTE, 5_000) == 32


def test_an_even_limit_gives_a_handful_or_nothing_so_that_nobody_asks_for_single_messages() -> None:
    even = RateLimit(6_000, MINUTE, even=True)
    meter = Meter().taken(even, START, even.burst)
    free = meter.free_at(even, START, 1_000)
    assert free - START == pytest.approx(151 * even.interval)
    assert meter.room(even, free, 1_000) == 151
    assert meter.room(even, free - 0.1, 1_000) == 0
    assert meter.room(even, START + 0.05, 2) == 2


def test_a_limit_of_nothing_permits_nothing() -> None:
    none = RateLimit(0, MINUTE, even=True)
    assert Meter().room(none, START, 5) == 0
    assert Meter().free_at(none, START, 5) == START + MINUTE


def test_what_was_given_counts_for_a_window_and_is_then_forgotten() -> None:
    limit = RateLimit(10, MINUTE)
    meter = Meter().taken(limit, START, 10)
    assert (meter.used(limit, START + 60), meter.used(limit, START + 61.9), meter.used(limit, START + 62)) == (
        10,
        10,
        0,
    )


SERVICE, SMTP, ACME = LimitKey("service", "hour"), LimitKey("provider smtp", "hour"), LimitKey("tenant acme", "hour")


def test_all_limits_of_a_chunk_are_taken_from_together_and_for_as_many_as_all_allow() -> None:
    limits = {SERVICE: RateLimit(100, HOUR), SMTP: RateLimit(30, HOUR)}
    permission = permit([Stretch((SERVICE, SMTP), 50)], Gauges(limits, dict.fromkeys(limits, Meter()), START))
    assert permission.count == 30
    assert {key: meter.used(limits[key], START) for key, meter in permission.meters.items()} == {SERVICE: 30, SMTP: 30}


def test_what_is_permitted_is_the_beginning_of_the_chunk() -> None:
    limits = {SERVICE: RateLimit(100, HOUR), SMTP: RateLimit(5, HOUR)}
    chunk = [Stretch((SERVICE,), 10), Stretch((SERVICE, SMTP), 8), Stretch((SERVICE,), 10)]
    permission = permit(chunk, Gauges(limits, dict.fromkeys(limits, Meter()), START))
    assert permission.count == 15
    assert {key: meter.used(limits[key], START) for key, meter in permission.meters.items()} == {SERVICE: 15, SMTP: 5}


def test_a_refusal_names_the_limit_that_is_free_last_and_takes_nothing() -> None:
    limits = {SERVICE: RateLimit(10, HOUR), SMTP: RateLimit(10, HOUR)}
    full = {key: Meter().taken(limits[key], START + at, 10) for key, at in ((SERVICE, 0), (SMTP, 600))}
    permission = permit([Stretch((SERVICE, SMTP), 5)], Gauges(limits, full, START + 700))
    assert (permission.count, permission.meters) == (0, {})
    assert permission.refusal is not None
    assert permission.refusal.key == SMTP
    assert full[SMTP].room(limits[SMTP], permission.refusal.until, 5) == 5


def test_without_limits_everything_is_permitted() -> None:
    assert permit([Stretch((), 1_000)], Gauges({}, {}, START)).count == 1_000
    assert permit([], Gauges({}, {}, START)).refusal is None


def test_days_of_a_warm_up_allow_what_the_plan_says_and_then_everything() -> None:
    allowance = Allowance(throttle=Throttle(per_hour=7), warm_up=WarmUp(per_day=(50, 100)))
    found = [dict(allowance.limits(START, START + days * DAY)) for days in (0, 0.99, 1, 1.99, 2)]
    assert [limits.get("warm-up") for limits in found] == [
        RateLimit(50, DAY, even=True),
        RateLimit(50, DAY, even=True),
        RateLimit(100, DAY, even=True),
        RateLimit(100, DAY, even=True),
        None,
    ]
    assert all(limits["hour"] == RateLimit(7, HOUR) for limits in found)


def test_a_warm_up_never_sends_more_in_a_day_than_the_plan_says_for_that_day() -> None:
    plan = WarmUp(per_day=(20, 50, 400))
    allowance, meter = Allowance(warm_up=plan), Meter()
    left: list[tuple[float, int]] = []
    for step in range(3 * 24 * 60):
        now = START + step * MINUTE
        limit = dict(allowance.limits(START, now))["warm-up"]
        if count := meter.room(limit, now, 1_000):
            meter = meter.taken(limit, now, count)
            left.append((now, count))
    for day, most in enumerate(plan.per_day):
        begin = START + day * DAY
        today = [(at, count) for at, count in left if begin <= at < begin + DAY]
        assert 0.9 * most <= sum(count for _, count in today) <= most
        assert max(count for at, count in today if at < begin + HOUR) < 0.15 * most + 1


@given(
    st.lists(st.integers(1, 300), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.floats(0, 20), st.integers(1, 200)), max_size=150),
)
def test_workers_under_several_limits_exceed_none_of_them(most: list[int], asked: list[tuple[int, float, int]]) -> None:
    keys = [SERVICE, SMTP, ACME]
    limits = {key: RateLimit(limit, MINUTE) for key, limit in zip(keys, most, strict=True)}
    under = [(SERVICE, SMTP, ACME), (SERVICE, SMTP), (SERVICE, ACME)]
    meters, now = dict.fromkeys(keys, Meter()), START
    left: dict[LimitKey, list[tuple[float, int]]] = {key: [] for key in keys}
    for which, pause, count in asked:
        now += pause
        permission = permit([Stretch(under[which], count)], Gauges(limits, meters, now))
        meters |= permission.meters
        for key in under[which]:
            left[key].append((now, permission.count))
    for key in keys:
        assert heaviest(left[key], MINUTE) <= limits[key].limit
