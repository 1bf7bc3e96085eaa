"""What guardrails may say."""

from collections.abc import Iterator

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.guardrails import Canary

LARGEST_SAMPLE = 1_000_000
LONGEST_WAIT = 7 * 24 * 60  # minutes
Breaches = Iterator[Violation]


def _limits(definition: Definition, _: CampaignLimits) -> Breaches:
    for name, limit in definition.guardrails.limits() if definition.guardrails else ():
        if limit is not None and not 0 <= limit <= 100:  # noqa: PLR2004 - percent
            yield Violation(f"/guardrails/max_{name}", "a rate is between 0 and 100 percent")


def _sample(definition: Definition, _: CampaignLimits) -> Breaches:
    if definition.guardrails and not 1 <= definition.guardrails.minimum_sample <= LARGEST_SAMPLE:
        yield Violation("/guardrails/minimum_sample", f"a sample is between 1 and {LARGEST_SAMPLE}")


def _canary(definition: Definition, _: CampaignLimits) -> Breaches:
    canary = definition.guardrails.canary if definition.guardrails else None
    if canary is not None:
        yield from _of_canary(canary)


def _of_canary(canary: Canary) -> Breaches:
    if (canary.percentage is None) == (canary.count is None):
        yield Violation("/guardrails/canary", "a canary is either a percentage or a count")
    if canary.percentage is not None and not 0 < canary.percentage < 100:  # noqa: PLR2004 - percent
        yield Violation("/guardrails/canary/percentage", "a canary is above 0 and below 100 percent")
    if canary.count is not None and canary.count < 1:
        yield Violation("/guardrails/canary/count", "a canary is at least one person")
    if not 0 <= canary.wait_minutes <= LONGEST_WAIT:
        yield Violation("/guardrails/canary/wait_minutes", f"the wait is between 0 and {LONGEST_WAIT} minutes")


GUARDRAIL_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("limits between 0 and 100 percent", _limits),
    Rule("a sample that can be reached", _sample),
    Rule("a canary of a percentage or a count", _canary),
)
