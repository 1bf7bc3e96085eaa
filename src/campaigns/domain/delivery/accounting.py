"""Nobody is lost: the audience is the sum of where its people are, at every instant."""

from msgspec import Struct

from campaigns.domain.delivery.events import FinalTotals


class Accounting(Struct, frozen=True, kw_only=True):
    """How many people of one execution are where. `deferred` ones count as waiting."""

    audience: int = 0
    holdout: int = 0
    control: int = 0
    skipped: int = 0
    waiting: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    cancelled: int = 0

    @property
    def accounted(self) -> int:
        decided = self.holdout + self.control + self.skipped
        ended = self.sent + self.failed + self.uncertain + self.cancelled
        return decided + self.waiting + self.sending + ended

    def holds(self) -> bool:
        """The identity, and that nothing is counted below zero."""
        return self.accounted == self.audience and min(self.counts()) >= 0

    def differences(self, other: "Accounting") -> dict[str, tuple[int, int]]:
        """What two counts of the same execution disagree about: name -> (mine, theirs)."""
        names = self.__struct_fields__
        pairs = zip(names, self.counts(), other.counts(), strict=True)
        return {name: (mine, theirs) for name, mine, theirs in pairs if mine != theirs}

    def final(self) -> FinalTotals:
        return FinalTotals(
            audience=self.audience,
            holdout=self.holdout,
            control=self.control,
            skipped=self.skipped,
            sent=self.sent,
            failed=self.failed,
            uncertain=self.uncertain,
            cancelled=self.cancelled,
        )

    def counts(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__)
