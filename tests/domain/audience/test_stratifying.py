"""Every stratum has its share of the holdout, to the person."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.audience.allocation import BUCKETS
from campaigns.domain.audience.stratifying import bound_between, quotas, stratum_of, text_of, usual_bound

sizes = st.dictionaries(st.text(max_size=3), st.integers(1, 5_000), max_size=20)


@given(sizes, st.integers(0, BUCKETS))
def test_shares_add_up_and_nobodys_is_off_by_a_whole_person(of: dict[str, int], buckets: int) -> None:
    shares = quotas(of, buckets)
    everybody = sum(of.values()) * buckets
    assert abs(sum(shares.values()) * BUCKETS - everybody) <= BUCKETS // 2
    assert all(abs(shares[stratum] * BUCKETS - size * buckets) < BUCKETS for stratum, size in of.items())
    assert all(0 <= shares[stratum] <= size for stratum, size in of.items())


def test_the_largest_remainders_get_what_is_left() -> None:
    assert quotas({"DE": 15, "FR": 14, "KZ": 1}, 1_000) == {"DE": 2, "FR": 1, "KZ": 0}


def test_equal_remainders_go_by_name() -> None:
    assert quotas({"b": 5, "a": 5}, 1_000) == {"a": 1, "b": 0}


def test_a_bound_stays_as_near_to_the_usual_one_as_the_count_allows() -> None:
    usual = usual_bound(500)
    assert bound_between(usual - 9, usual + 9, usual) == usual
    assert bound_between(usual + 5, usual + 9, usual) == usual + 6
    assert bound_between(usual - 9, usual - 5, usual) == usual - 5


def test_a_stratum_is_called_by_what_its_people_have_in_common() -> None:
    assert stratum_of(("country", "vip"), (text_of("DE"), text_of(True))) == '{"country":"DE","vip":"true"}'
    assert stratum_of(("orders", "country"), (text_of(3), text_of(None))) == '{"orders":"3","country":null}'
