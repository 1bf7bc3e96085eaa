"""The smaller words of the audience: definitions, and suppressions by reason."""

from typing import get_args
from uuid import UUID

from campaigns.domain.audience.definition import AudienceDefinition, FilterStep, Source
from campaigns.domain.audience.suppression import REASONS, SKIP_REASONS, SuppressionReason
from campaigns.domain.shared.ids import SegmentId, UserId
from campaigns.domain.shared.skip_reasons import SkipReason

ONE, TWO, THREE = (SegmentId(UUID(int=n)) for n in (1, 2, 3))


def test_every_segment_named_is_named_once_in_the_order_of_mention() -> None:
    named = AudienceDefinition(
        include=(Source(segment_id=TWO), Source(user_ids=(UserId("a"),)), Source(segment_id=ONE)),
        exclude=(Source(segment_id=TWO), Source(segment_id=THREE)),
    )
    assert named.segments() == (TWO, ONE, THREE)


def test_without_filters_there_is_no_step() -> None:
    assert AudienceDefinition().steps() == ()


def test_filters_are_steps_in_their_order() -> None:
    steps = (FilterStep(name="b"), FilterStep(name="a"))
    assert AudienceDefinition(filters=steps).steps() == steps


def test_every_reason_of_a_suppression_is_a_reason_to_skip_and_back() -> None:
    assert set(SKIP_REASONS) == set(get_args(SuppressionReason))
    assert {reason: REASONS[number] for reason, number in SKIP_REASONS.items()} == {one: one for one in SKIP_REASONS}


def test_reasons_are_spelled_in_small_letters() -> None:
    assert [reason.wire_name for reason in SkipReason][:3] == ["none", "holdout", "control"]
