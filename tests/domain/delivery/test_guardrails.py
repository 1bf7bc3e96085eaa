"""When a run goes too badly, and what a canary is."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.domain.delivery.canary import STRETCHES, canary_stretches, pace_after_canary, rest_of
from campaigns.domain.delivery.guardrails import CanaryState, GuardedRun, RunFigures, breach_of, verdict_on_canary
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.guardrails import Canary, GuardrailBreach, Guardrails
from campaigns.domain.shared.sending_limits import Throttle

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
ALWAYS = OpeningHours(windows=(), zone="UTC", exclude_weekends=False)
STRICT = Guardrails(max_bounce_rate=5, max_complaint_rate=0.3, max_error_rate=10, max_unsubscribe_rate=2)


def run(guardrails: Guardrails = STRICT, **figures: int) -> GuardedRun:
    return GuardedRun(guardrails=guardrails, figures=RunFigures(**figures))


@pytest.mark.parametrize(
    ("figures", "rate", "count", "sample", "observed"),
    [
        ({"sent": 500, "bounced": 26}, "bounce_rate", 26, 500, 5.2),
        ({"sent": 1_100, "bounced": 30, "complained": 4}, "complaint_rate", 4, 1_070, 0.37),
        ({"sent": 80, "failed": 15, "uncertain": 5}, "error_rate", 15, 100, 15.0),
        ({"sent": 200, "unsubscribed": 5}, "unsubscribe_rate", 5, 200, 2.5),
    ],
)
def test_a_rate_above_its_limit_is_named_with_its_counts(
    figures: dict[str, int], rate: str, count: int, sample: int, observed: float
) -> None:
    breach = breach_of(run(**figures))
    assert breach is not None
    assert (breach.rate, breach.count, breach.sample, breach.observed) == (rate, count, sample, observed)


@pytest.mark.parametrize(
    "figures", [{"sent": 500, "bounced": 25}, {"sent": 99, "bounced": 99}, {"sent": 90, "failed": 9}, {}]
)
def test_a_rate_at_its_limit_or_of_a_small_sample_holds_nothing(figures: dict[str, int]) -> None:
    assert breach_of(run(**figures)) is None


def test_a_limit_that_is_not_set_is_none() -> None:
    assert breach_of(run(Guardrails(max_error_rate=1), sent=500, bounced=500)) is None


def test_a_limit_of_zero_lets_nothing_pass() -> None:
    assert breach_of(run(Guardrails(max_complaint_rate=0), sent=500, complained=1)) is not None


def test_the_words_name_rate_counts_and_limit() -> None:
    breach = GuardrailBreach(rate="bounce_rate", limit=5, observed=6.2, count=31, sample=500)
    assert breach.words() == "guardrail: the bounce rate is 6.2 % (31 of 500), above 5 %"


def test_after_a_resumption_only_what_came_later_counts_and_the_sample_starts_anew() -> None:
    known = RunFigures(sent=500, bounced=31)
    resumed = replace(run(sent=500, bounced=31), acknowledged=known)
    assert breach_of(resumed) is None
    assert breach_of(replace(resumed, figures=RunFigures(sent=599, bounced=90))) is None
    assert breach_of(replace(resumed, figures=RunFigures(sent=1_500, bounced=81))) is None
    again = breach_of(replace(resumed, figures=RunFigures(sent=600, bounced=37)))
    assert again is not None
    assert (again.count, again.sample) == (6, 100)


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.floats(0, 100), st.integers(1, 500))
def test_a_breach_is_exactly_a_rate_above_its_limit(sent: int, failed: int, limit: float, least: int) -> None:
    breach = breach_of(run(Guardrails(max_error_rate=limit, minimum_sample=least), sent=sent, failed=failed))
    exceeded = sent + failed >= least and failed * 100 > limit * (sent + failed)
    near = abs(failed * 100 - limit * (sent + failed)) < 1e-6  # where binary fractions and decimals part
    assert near or (breach is not None) == exceeded


def test_a_small_canary_is_judged_at_its_end_all_the_same() -> None:
    small = run(sent=20, bounced=2)
    assert breach_of(small) is None
    assert verdict_on_canary(small, CanaryState(size=20, ended=True)) is not None


def test_an_uncertain_message_that_was_sent_after_all_takes_nothing_below_zero() -> None:
    earlier, later = RunFigures(sent=10, uncertain=5), RunFigures(sent=15)
    assert later.since(earlier) == RunFigures(sent=5)


@pytest.mark.parametrize(
    ("canary", "people", "size"),
    [
        (Canary(percentage=1), 1_000, 10),
        (Canary(percentage=0.1), 1_001, 2),
        (Canary(percentage=0.1), 5, 1),
        (Canary(count=50), 1_000, 50),
        (Canary(count=50), 20, 20),
    ],
)
def test_a_canary_is_a_share_or_a_count(canary: Canary, people: int, size: int) -> None:
    assert canary.size(people) == size


@given(st.integers(2, 50_000).flatmap(lambda people: st.tuples(st.integers(1, people - 1), st.just(people))))
def test_canary_and_rest_are_everybody_once_and_the_canary_is_spread(sizes: tuple[int, int]) -> None:
    size, people = sizes
    canary = canary_stretches(size, people)
    rest = rest_of(canary, people)
    assert sum(last - first + 1 for first, last in canary) == size
    everybody = sorted([*canary, *rest])
    assert everybody[0][0] == 1
    assert everybody[-1][1] == people
    assert all(one[1] + 1 == following[0] for one, following in pairwise(everybody))
    assert len(canary) == min(STRETCHES, size)
    assert max(first for first, _ in canary) >= people * (len(canary) - 1) // len(canary)


@given(st.integers(2, 20_000), st.integers(1, 500), st.integers(0, 600), st.sampled_from([None, 300, 6_000]))
def test_nothing_of_the_rest_is_released_before_the_canary_has_had_its_time(
    people: int, size: int, minutes: int, per_minute: int | None
) -> None:
    size = min(size, people - 1)
    throttle = Throttle(per_minute=per_minute) if per_minute else None
    wait = timedelta(minutes=minutes)
    batches, last = pace_after_canary(
        canary_stretches(size, people), people, wait=wait, throttle=throttle, hours=ALWAYS, start=START
    )
    assert sum(batch.size for batch in batches[:last]) == size
    assert sum(batch.size for batch in batches) == people
    assert batches[0].release_at == START
    assert min(batch.release_at for batch in batches[last:]) >= batches[last - 1].release_at + wait
