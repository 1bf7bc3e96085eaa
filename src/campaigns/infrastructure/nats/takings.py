"""Who works on which consumed subject."""

from collections.abc import Iterator, Mapping

from campaigns.application.shared.consuming import Taking
from campaigns.domain.shared.errors import NotFoundError


class Takings:
    """Filled once, while the service is composed: what is taken becomes commands, and their bus is made last."""

    def __init__(self) -> None:
        self._by_pattern: dict[str, Taking] = {}

    def connect(self, takings: Mapping[str, Taking]) -> None:
        """By the pattern of their subjects, without the installation's prefix."""
        self._by_pattern.update(takings)

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_pattern))

    def __iter__(self) -> Iterator[tuple[str, Taking]]:
        return iter(self._by_pattern.items())

    def of(self, subject: str) -> Taking:
        """NotFoundError when nobody listens to it any more."""
        for pattern, taking in self:
            if _matches(pattern, subject):
                return taking
        raise NotFoundError(f"Nobody here listens to {subject}")


def _matches(pattern: str, subject: str) -> bool:
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, given = wanted[:-1], given[: len(wanted) - 1] if len(given) >= len(wanted) else [""]
    return len(wanted) == len(given) and all(one in ("*", two) for one, two in zip(wanted, given, strict=True))
