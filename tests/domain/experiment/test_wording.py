"""What may be concluded, and what not, in sentences that people read."""

from decimal import Decimal

from campaigns.domain.experiment.added_value import added_conversions, added_words
from campaigns.domain.experiment.arms import Arm, Criterion, Revenue, Rules
from campaigns.domain.experiment.judging import judge
from campaigns.domain.experiment.wording import conclusions

_OFTEN_TOO_LARGE = "It does not follow that the lead stays as large: a lead just enough to win is often too large."
_ELSEWHERE = "Nor that the same content wins with other people or at another time."


def arm(name: str, people: int, successes: int, *, control: bool = False) -> Arm:
    return Arm(name=name, people=people, successes=successes, is_control=control)


def said(*arms: Arm, criterion: Criterion = "conversion_rate") -> tuple[str, ...]:
    return conclusions(judge(arms, Rules(criterion=criterion)))


def test_of_a_winner_it_says_by_how_much_how_surely_and_what_does_not_follow() -> None:
    assert said(arm("A", 5000, 400), arm("B", 5000, 600)) == (
        "B has the highest conversion rate, and it is higher than that of each of the others.",
        "Its lead over A is +4.00 points; the data are compatible with anything from +2.18 points to +5.83 points.",
        "However often one looks, variants that are alike get a winner in at most 5 % of all such experiments.",
        _OFTEN_TOO_LARGE,
        _ELSEWHERE,
    )


def test_of_a_lead_that_may_be_chance_it_says_that_they_need_not_be_alike() -> None:
    first, _, last = said(arm("A", 5000, 400), arm("B", 5000, 410))
    assert first == "No winner yet. B has the highest conversion rate so far, which may still be chance."
    assert last == "It does not follow that the variants are alike: any difference within that range is still possible."


def test_of_too_few_people_it_says_how_many_are_needed() -> None:
    assert said(arm("A", 5000, 40), arm("B", 4999, 3)) != said(arm("A", 500, 40), arm("B", 500, 3))
    [told] = said(arm("A", 500, 40), arm("B", 500, 3))
    assert (
        told == "Too early to compare: A has 500 people, and 1,000 are needed; B has 500 people, and 1,000 are needed."
    )


def test_of_shares_that_were_not_planned_it_says_that_nothing_may_be_compared() -> None:
    first, last = said(arm("A", 5000, 400), arm("B", 6000, 900))
    assert first.startswith("These figures must not be compared: people are not in the arms in the planned shares")
    assert last.startswith("Find out first why people are missing in some arms")


def test_of_a_control_that_did_best_it_says_that_nothing_is_worth_sending() -> None:
    first, *_ = said(arm("nobody", 5000, 600, control=True), arm("A", 5000, 300))
    assert first == "Sending nothing did best: nobody got no message and has the highest conversion rate."


def test_of_opens_it_says_that_they_are_weak_and_say_nothing_of_the_control() -> None:
    told = said(arm("none", 0, 0, control=True), arm("A", 5000, 900), arm("B", 5000, 1400), criterion="open_rate")
    assert told[-2:] == (
        "Opens and clicks say nothing about the control, which got no message: look at conversions for that.",
        "Some opens are made by machines, and some mail programs hide opens: prefer clicks or conversions.",
    )


def test_of_revenue_from_few_buyers_it_says_that_one_order_moves_it() -> None:
    money = Revenue(total=Decimal(600), squares=Decimal(18_000))
    arms = [Arm(name=name, people=2000, successes=20, revenue=money) for name in ("A", "B")]
    told = conclusions(judge(arms, Rules(criterion="revenue_per_recipient")))
    assert (
        told[1]
        == "Its lead over B is +0.0000 a person; the data are compatible with anything from -0.4427 a person to +0.4427 a person."
    )
    assert told[-1] == "Few people bought anything, so a single large order moves these figures."


def test_of_what_messages_added_it_says_the_range() -> None:
    found = added_conversions(arm("", 9_500, 475), arm("", 500, 10))
    assert found is not None
    assert added_words(found, "conversions")[0].startswith("The messages added about 285 conversions; the data are")
    unclear = added_conversions(arm("", 9_500, 475), arm("", 500, 24))
    assert unclear is not None
    assert added_words(unclear, "conversions")[0].startswith("Whether the messages added conversions cannot be told")
