"""A rule has a name, a code for the refusal when it alone is broken, and a check that yields every breach."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import ConfigurationError
from campaigns.domain.shared.errors import Violation

Known = TypeVar("Known")
INVALID = ConfigurationError.code


class Rule(NamedTuple, Generic[Known]):
    name: str
    breaches: Callable[[Definition, Known], Iterable[Violation]]
    code: str = INVALID


def broken(rules: Iterable[Rule[Known]], definition: Definition, known: Known) -> Iterator[tuple[str, Violation]]:
    """Every breach of every rule, each with its rule's code."""
    for rule in rules:
        for violation in rule.breaches(definition, known):
            yield rule.code, violation


def refuse(breaches: Iterable[tuple[str, Violation]], detail: str) -> None:
    """Raise one refusal that names every breach; nothing happens when there is none."""
    found = tuple(breaches)
    if not found:
        return
    codes = {code for code, _ in found}
    refusal = ConfigurationError(detail, tuple(violation for _, violation in found))
    refusal.code = codes.pop() if len(codes) == 1 else INVALID
    raise refusal
