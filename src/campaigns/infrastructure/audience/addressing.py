"""One message an address: of people who would be written to at the same one, the first by user id is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from campaigns.domain.audience.standing import NOBODY
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.shared_addresses import Groups


def with_columns(batch: pa.RecordBatch, **columns: NDArray[Any]) -> pa.RecordBatch:
    """The batch with other values in these columns; its other columns and its schema stay."""
    for name, values in columns.items():
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, batch.schema.field(at), pa.array(values))
    return batch


class Addressing:
    """Remembers which shared addresses are taken; decided people come in the order of their ids."""

    def __init__(self, groups: Mapping[int, Groups]) -> None:
        """`groups` by the number of the channel."""
        self._groups = {number: shared for number, shared in groups.items() if shared.count}
        self._taken = {number: np.zeros(shared.count + 1, np.bool_) for number, shared in self._groups.items()}

    def __call__(self, decided: pa.RecordBatch) -> pa.RecordBatch:
        if not self._groups:
            return decided
        channel, reason = (np.array(decided.column(name)) for name in ("channel", "reason"))
        for number in self._groups:
            again = self._again(number, decided.column("user_id"), channel == number)
            reason[again] = SkipReason.DUPLICATE_ADDRESS
            channel[again] = NOBODY
        return with_columns(decided, channel=channel, reason=reason)

    def _again(self, number: int, user_ids: pa.StringArray, reached: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Where somebody before has the address already."""
        group, taken = self._groups[number].of(user_ids), self._taken[number]
        places = np.flatnonzero(reached & (group > 0))
        sharing = group[places]
        _, firsts = np.unique(sharing, return_index=True)
        is_first = np.zeros(len(places), np.bool_)
        is_first[firsts] = True
        again = places[~is_first | taken[sharing]]
        taken[sharing] = True
        return again

    def close(self) -> None:
        for shared in self._groups.values():
            shared.close()
