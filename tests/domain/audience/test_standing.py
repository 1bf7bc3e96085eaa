from campaigns.domain.audience.standing import CHANNEL_NUMBERS, Choice, choose, standing_of
from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS as LEDGER_NUMBERS
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason

MAIL, SMS, IN_APP, WEBHOOK = ChannelType.EMAIL, ChannelType.SMS, ChannelType.IN_APP, ChannelType.WEBHOOK
REACHABLE = {"email": "a@b.example", "phone": "+1"}


def said(channel: ChannelType, reason: SkipReason) -> int:
    return reason << 4 * CHANNEL_NUMBERS[channel]


def test_channels_have_the_numbers_of_the_ledger() -> None:
    assert CHANNEL_NUMBERS == LEDGER_NUMBERS


def test_the_first_channel_that_reaches_is_taken() -> None:
    assert choose([MAIL, SMS], standing_of([MAIL, SMS], REACHABLE, 0, 0)) == Choice(0, SkipReason.NONE)
    assert choose([SMS, MAIL], standing_of([MAIL, SMS], REACHABLE, 0, 0)) == Choice(1, SkipReason.NONE)


def test_without_an_address_the_next_channel_is_taken() -> None:
    standing = standing_of([MAIL, SMS], {"email": "  ", "phone": "+1"}, 0, 0)
    assert choose([MAIL, SMS], standing) == Choice(1, SkipReason.NONE)


def test_an_unsubscribed_channel_falls_to_the_next() -> None:
    standing = standing_of([MAIL, SMS], REACHABLE, 0, said(MAIL, SkipReason.SUPPRESSED_UNSUBSCRIBED))
    assert choose([MAIL, SMS], standing) == Choice(1, SkipReason.NONE)


def test_a_suppression_outweighs_a_missing_address() -> None:
    standing = standing_of([MAIL, SMS], {}, 0, said(SMS, SkipReason.SUPPRESSED_BOUNCED))
    assert choose([MAIL, SMS], standing) == Choice(-1, SkipReason.SUPPRESSED_BOUNCED)


def test_nobody_without_any_address_is_reached() -> None:
    assert choose([MAIL], standing_of([MAIL], {}, 0, 0)) == Choice(-1, SkipReason.NO_ADDRESS)
    assert choose([], 0) == Choice(-1, SkipReason.NO_ADDRESS)


def test_what_is_said_of_one_channel_counts_before_what_is_said_of_all() -> None:
    standing = standing_of([MAIL], REACHABLE, SkipReason.SUPPRESSED_MANUALLY, said(MAIL, SkipReason.SUPPRESSED_BOUNCED))
    assert choose([MAIL], standing).reason is SkipReason.SUPPRESSED_BOUNCED
    standing = standing_of([MAIL], REACHABLE, SkipReason.SUPPRESSED_MANUALLY, 0)
    assert choose([MAIL], standing).reason is SkipReason.SUPPRESSED_MANUALLY


def test_who_is_deleted_is_deleted_whatever_else_was_said() -> None:
    standing = standing_of([MAIL], REACHABLE, SkipReason.DELETED, said(MAIL, SkipReason.SUPPRESSED_BOUNCED))
    assert choose([MAIL], standing).reason is SkipReason.DELETED


def test_in_app_and_webhook_reach_everybody() -> None:
    for channel in (IN_APP, WEBHOOK):
        assert choose([channel], standing_of([channel], {}, 0, 0)).reason is SkipReason.NONE


def test_an_address_of_other_blanks_than_spaces_is_still_an_address() -> None:
    """The query trims spaces alone, and both must agree."""
    assert choose([MAIL], standing_of([MAIL], {"email": "\t"}, 0, 0)).reason is SkipReason.NONE
    assert choose([MAIL], standing_of([MAIL], {"email": "X"}, 0, 0)).reason is SkipReason.NONE
