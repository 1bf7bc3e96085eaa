"""From a resolved audience to lines of the plan: numbering, checking, counting; a batch of some thousands at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigns.domain.delivery.errors import AudienceTooLargeError
from campaigns.domain.delivery.events import PlanTotals
from campaigns.domain.shared.skip_reasons import SkipReason

_REASONS = max(SkipReason) + 1
_COLUMNS = ("variant", "channel", "reason", "user_id")


class OutOfOrderError(Exception):
    """The audience came with a person twice, or not in ascending order: it must not be planned."""


class PlanLines:
    """Numbers people in the order they come: 1, 2, 3 … who will be sent to, -1, -2, -3 … who will not.

    `prices[channel]` is the cost of one message; `costs[batch]` sums them up for batches of `batch_size`.
    """

    def __init__(self, largest_audience: int, batch_size: int, prices: npt.NDArray[np.float64]) -> None:
        self._largest = largest_audience
        self._batch_size = batch_size
        self._prices = prices
        self._costs: list[npt.NDArray[np.float64]] = []
        self._reasons = np.zeros(_REASONS, np.int64)
        self._last: str | None = None

    def number(self, batch: Any) -> Any:
        """The batch with a column `seq` (int32) in front. AudienceTooLargeError, OutOfOrderError."""
        self._check_order(batch.column("user_id"))
        reasons = np.asarray(batch.column("reason"))
        goes = reasons == 0
        first, first_kept = self.to_send + 1, self.kept_back + 1
        seq = np.where(goes, np.cumsum(goes) + (first - 1), -(np.cumsum(~goes) + (first_kept - 1))).astype(np.int32)
        if self._prices.any():
            self._add_costs(seq[goes], np.asarray(batch.column("channel"))[goes])
        self._reasons += np.bincount(reasons, minlength=_REASONS)
        if self.audience > self._largest:
            raise AudienceTooLargeError(f"more than {self._largest:,} people are in the audience: the tenant's limit")
        return pa.record_batch({"seq": pa.array(seq)} | {name: batch.column(name) for name in _COLUMNS})

    @property
    def audience(self) -> int:
        return int(self._reasons.sum())

    @property
    def to_send(self) -> int:
        return int(self._reasons[0])

    @property
    def kept_back(self) -> int:
        return self.audience - self.to_send

    def totals(self, batches: int) -> PlanTotals:
        holdout, control = int(self._reasons[SkipReason.HOLDOUT]), int(self._reasons[SkipReason.CONTROL])
        return PlanTotals(
            audience=self.audience,
            holdout=holdout,
            control=control,
            skipped=self.kept_back - holdout - control,
            to_send=self.to_send,
            batches=batches,
        )

    def costs(self, batches: int) -> list[float]:
        total = np.zeros(batches)
        for part in self._costs:
            total[: len(part)] += part
        return total.tolist()

    def _add_costs(self, seq: npt.NDArray[np.int32], channels: npt.NDArray[np.int16]) -> None:
        batch_index = (seq - 1) // self._batch_size
        part: npt.NDArray[np.float64] = np.bincount(batch_index, weights=self._prices[channels]).astype(np.float64)
        if self._costs:
            longest = max(len(part), len(self._costs[0]))
            part = np.pad(part, (0, longest - len(part))) + np.pad(self._costs[0], (0, longest - len(self._costs[0])))
        self._costs = [part]

    def _check_order(self, user_ids: Any) -> None:
        ascends = self._last is None or user_ids[0].as_py() > self._last
        if not ascends or pc.all(pc.less(user_ids[:-1], user_ids[1:])).as_py() is False:
            raise OutOfOrderError("the audience does not ascend by user id")
        self._last = user_ids[-1].as_py()
