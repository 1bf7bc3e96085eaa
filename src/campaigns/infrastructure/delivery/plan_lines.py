"""From a resolved audience to lines of the plan: numbering, checking, counting; a batch of some thousands at a time."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from campaigns.domain.delivery.errors import AudienceTooLargeError
from campaigns.domain.delivery.events import PlanTotals
from campaigns.domain.delivery.sampling import FIRST_OF_REST
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.strata import StrataTally
from campaigns.infrastructure.delivery.plan_segments import PlanSegments

_REASONS = max(SkipReason) + 1
_COLUMNS = ("variant", "channel", "reason", "user_id")
Mask = NDArray[np.bool_]
Seqs = NDArray[np.int32]


class OutOfOrderError(Exception):
    """The audience came with a person twice, or not in ascending order: it must not be planned."""


class PlanLines:
    """Numbers people in the order they come: 1, 2, 3 … who will be sent to, -1, -2, -3 … who will not.

    The rest of a test, which is of variant `rest`, has a stretch of numbers of its own.
    """

    def __init__(self, largest_audience: int, rest: int | None = None) -> None:
        self._largest = largest_audience
        self._rest_variant = rest
        self.rest = 0
        self.segments = PlanSegments()
        self.strata = StrataTally()
        self._reasons = np.zeros(_REASONS, np.int64)
        self._last: str | None = None

    def begin_stretch(self) -> None:
        """Who comes next stands by the order of the ids among those who follow, not among those before."""
        self._last = None

    def number(self, batch: Any) -> Any:
        """The batch with a column `seq` (int32) in front. AudienceTooLargeError, OutOfOrderError."""
        self._check_order(batch.column("user_id"))
        reasons = np.asarray(batch.column("reason"))
        goes = reasons == 0
        seq = self._numbers(goes)
        if self._rest_variant is not None:
            self._put_last(seq, goes & (np.asarray(batch.column("variant")) == self._rest_variant))
        self.segments.add(batch, seq)
        self.strata.add(batch)
        self._reasons += np.bincount(reasons, minlength=_REASONS)
        if self.audience > self._largest:
            raise AudienceTooLargeError(f"more than {self._largest:,} people are in the audience: the tenant's limit")
        return pa.record_batch({"seq": pa.array(seq)} | {name: batch.column(name) for name in _COLUMNS})

    def _numbers(self, goes: Mask) -> Seqs:
        now, never = self.to_send - self.rest, self.kept_back
        return np.where(goes, np.cumsum(goes) + now, -(np.cumsum(~goes) + never)).astype(np.int32)

    def _put_last(self, seq: Seqs, waits: Mask) -> None:
        """Number anew: those who wait in a stretch of their own, and those between them as if they were not there."""
        before = np.cumsum(waits)
        seq -= np.where(seq > 0, before, 0).astype(np.int32)
        seq[waits] = before[waits] + (FIRST_OF_REST - 1 + self.rest)
        self.rest += int(before[-1])

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
            rest=self.rest,
        )

    def _check_order(self, user_ids: Any) -> None:
        ascends = self._last is None or user_ids[0].as_py() > self._last
        if not ascends or pc.all(pc.less(user_ids[:-1], user_ids[1:])).as_py() is False:
            raise OutOfOrderError("the audience does not ascend by user id")
        self._last = user_ids[-1].as_py()
