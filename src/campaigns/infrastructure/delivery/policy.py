"""How workers behave, from the settings."""

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from campaigns.application.delivery.sending.desk import SendingPolicy, UncertainPolicy
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.delivery.warming import Allowance
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.guardrails import Guardrails
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.composing import CompositionError
from campaigns.infrastructure.settings import Settings


def sending_policy(settings: Settings) -> SendingPolicy:
    """CompositionError when a channel or value in the settings is unknown."""
    try:
        prices = {channel: _price(value) for channel, value in _per_channel(settings.message_costs)}
        uncertain = {channel: UncertainPolicy(value) for channel, value in _per_channel(settings.uncertain_messages)}
    except ValueError as error:
        raise CompositionError(f"the settings for channels cannot be used: {error}") from error
    return SendingPolicy(prices=Prices(prices), uncertain=uncertain)


def service_allowance(settings: Settings) -> Allowance:
    """What all campaigns of all tenants together do not exceed."""
    rates = Throttle(per_minute=settings.message_rate_limit_per_minute, per_hour=settings.message_rate_limit_per_hour)
    return Allowance(throttle=rates)


def usual_guardrails(settings: Settings) -> Guardrails | None:
    """The limits of campaigns that set none of their own; None when the installation has none."""
    if settings.guardrails is None:
        return None
    pairs = (pair.partition("=") for pair in settings.guardrails.split(","))
    return msgspec.convert({f"max_{rate}_rate": float(limit) for rate, _, limit in pairs}, Guardrails)


def _price(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError(f"{text!r} is no price")
    return Decimal(text)


def _per_channel(text: str | None) -> Iterator[tuple[ChannelType, str]]:
    for pair in text.split(",") if text else ():
        channel, _, value = pair.partition("=")
        yield ChannelType(channel), value
