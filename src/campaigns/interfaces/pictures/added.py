"""What the messages added, in conversions and in money."""

from collections.abc import Callable, Iterator

from campaigns.application.analytics.added import Added, Sides
from campaigns.domain.experiment.added_value import AddedValue, added_words
from campaigns.domain.experiment.intervals import Estimate
from campaigns.interfaces.pictures.canvas import Picture
from campaigns.interfaces.pictures.intervals import Row, intervals
from campaigns.interfaces.pictures.layout import Section, Table
from campaigns.interfaces.pictures.numbers import count, points, rate, signed_amount

_LOOK = "with the 95 % interval of one look"


def added_sections(found: Added | None) -> Iterator[Section]:
    """None without a holdout."""
    if found is None:
        return
    yield Section(
        title="What the messages added",
        words=added_words(found.conversions, "conversions"),
        picture=_picture(
            found.conversions,
            name="lift",
            title="Conversion rate with messages less that of the holdout",
            axis=f"percentage points, {_LOOK}",
            written=points,
        ),
        table=_table(found.sides),
    )
    for currency, revenue in found.revenue.items():
        yield Section(
            title=f"What the messages earned, in {currency}",
            words=added_words(revenue, f"{currency} of revenue"),
            picture=_picture(
                revenue,
                name=f"lift-{currency}",
                title=f"{currency} a person with messages less those of the holdout",
                axis=f"{currency} a person, {_LOOK}",
                written=signed_amount,
            ),
        )


def _table(sides: Sides) -> Table:
    named = {"With messages": sides.treated, "Held out": sides.held_out}
    return Table(
        columns=("", "People", "Converted", "Conversion rate"),
        rows=[
            (name, count(side.people), count(side.successes), rate(side.successes / side.people))
            for name, side in named.items()
        ],
    )


def _picture(added: AddedValue, *, name: str, title: str, axis: str, written: Callable[[float | None], str]) -> Picture:
    note = (
        ""
        if added.relative is None
        else f"{_percent(added.relative.value)} ({_percents(added.relative)})\nrelative to the holdout"
    )
    row = Row(
        label="With messages\nless held out",
        value=added.difference.value,
        low=added.difference.low,
        high=added.difference.high,
        note=note,
    )
    return intervals([row], name=name, title=title, axis=axis, written=written, zero=True)


def _percent(part: float | None) -> str:
    return "no limit" if part is None else f"{100 * part:+.0f} %"


def _percents(estimate: Estimate) -> str:
    return f"{_percent(estimate.low)} to {_percent(estimate.high)}"
