"""Remember what people did outside; it is attributed to messages right after."""

from campaigns.application.analytics.reporting import Conversion, Conversions
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.money import Money, minor_units


class RecordConversions(Command, frozen=True, kw_only=True):
    """`pointer`: where each, by its number, stands in what the caller sent."""

    conversions: tuple[Conversion, ...]
    pointer: str = "/{number}"


class RecordConversionsHandler:
    def __init__(self, conversions: Conversions, clock: Clock) -> None:
        self._conversions = conversions
        self._clock = clock

    async def __call__(self, command: RecordConversions) -> int:
        """How many are new."""
        broken = [
            Violation(f"{command.pointer.format(number=number)}/{field}", problem)
            for number, conversion in enumerate(command.conversions)
            for field, problem in _problems(conversion)
        ]
        if broken:
            raise InvalidError("Some conversions cannot be used", tuple(broken))
        return await self._conversions.add(command.conversions, command.caller, self._clock.now())


def _problems(conversion: Conversion) -> list[tuple[str, str]]:
    if conversion.value is None:
        return []
    if conversion.currency is None:
        return [("currency", "a value needs its currency")]
    field = "value" if minor_units(conversion.currency) is not None else "currency"
    return [(field, problem) for problem in Money(conversion.value, conversion.currency).problems()]
