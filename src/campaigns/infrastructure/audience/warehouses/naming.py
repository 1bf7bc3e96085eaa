"""Which table of a warehouse is which dataset."""

import re

from campaigns.domain.shared.ids import TenantId

NAME = "audience engine"
_NAMES = re.compile(r"\w[\w@.$ -]{0,127}")


def is_name(dataset: str) -> bool:
    """Whether a dataset can be called so: nothing that leads out of its folder or schema."""
    return _NAMES.fullmatch(dataset) is not None


class TableNames:
    """From a pattern such as `{tenant}.{dataset}` or `crm.{dataset}`: parts between dots are names, each quoted."""

    def __init__(self, pattern: str) -> None:
        self._parts = pattern.split(".")

    def parts(self, tenant_id: TenantId, dataset: str) -> list[str]:
        return [part.replace("{tenant}", tenant_id).replace("{dataset}", dataset) for part in self._parts]
