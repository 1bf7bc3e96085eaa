"""Criteria as people write them; `criteria_tree` says what they mean, and `criteria` reads them."""

from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from campaigns.domain.shared.criteria_tree import Operator

WrittenCriteria: TypeAlias = Annotated[
    dict[str, Any],
    Meta(
        description='A condition, `{"field", "operator", "value"}`, or a list of such below `all`, `any` or `not`.'
        f" Operators: {', '.join(Operator)}",
        examples=[{"field": "country", "operator": "equals", "value": "DE"}],
    ),
]
