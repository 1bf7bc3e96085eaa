"""Names of facts and their stable numbers in the ledger."""

from campaigns.application.analytics.ports import FactName
from campaigns.domain.delivery.numbers import FactKind

KIND_OF: dict[FactName, int] = {name: int(FactKind[name.name]) for name in FactName}
