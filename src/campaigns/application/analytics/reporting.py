"""What others report: figures of channels that we do not send by, and what people did afterwards."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.analytics.ports import Fact, MessageOwner, SuppressionReason
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.context import Caller
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import InvalidError
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.money import Money


class ReportTakenError(InvalidError):
    """The report id was used before, for other figures."""

    code = "request.idempotency_conflict"


class MetricReport(Struct, frozen=True, kw_only=True):
    """Figures of one campaign that came together since the report before: they are added up."""

    report_id: str
    at: datetime
    channel: ChannelType | None = None
    impressions: int = 0
    clicks: int = 0
    conversions: int = 0
    revenue: Money | None = None
    cost: Money | None = None


class MetricReports(Protocol):
    """Reports, each once."""

    async def add(self, campaign_id: UUID, report: MetricReport, caller: Caller, received_at: datetime) -> bool:
        """Whether it is new. NotFoundError (no such campaign), ReportTakenError."""


class Conversion(Struct, frozen=True, kw_only=True):
    """Somebody did something outside. `campaign_id` where the reporter knows; else every campaign that counts it."""

    event_id: str
    user_id: str
    event_type: str
    at: datetime
    value: Decimal | None = None
    currency: str | None = None
    campaign_id: UUID | None = None


class Conversions(Protocol):
    """Outside events, waiting to be attributed."""

    async def add(self, conversions: Sequence[Conversion], caller: Caller, received_at: datetime) -> int:
        """How many are new; the same event id again changes nothing."""


class Refused(Struct, frozen=True, kw_only=True):
    """By the fact with this position among those that come with it somebody says, or shows, to want nothing more."""

    fact: int
    owner: MessageOwner
    reason: SuppressionReason


class FeedbackLedger(Protocol):
    """Facts and what follows from them, in one transaction."""

    async def take(
        self, facts: Sequence[Fact], refused: Sequence[Refused], consumed: Sequence[ConsumedEvent] = ()
    ) -> None:
        """Durable when it returns: the facts are appended, the people suppressed on their messages' channels.

        `consumed` is empty, or names the event of each fact: the inbox gets them in the same transaction, and facts of
        events that it knows already are left out with all that follows from them. Raises DependencyDownError.
        """


class FeedbackSecrets(Protocol):
    """What providers prove their webhooks with."""

    def of(self, provider: str) -> Sequence[bytes]:
        """What was agreed upon with a provider: several while one replaces another, none when there is nothing."""


class KnownRun(Struct, frozen=True):
    """An execution as far as reports need it: its messages are numbered from 1 to `last`, both included."""

    tenant_id: TenantId
    last: int

    def holds(self, seq: int) -> bool:
        return 1 <= seq <= self.last


class KnownRuns(Protocol):
    """Executions by their numbers. Asked for every report, thousands a second."""

    async def of(self, numbers: Collection[int]) -> Mapping[int, KnownRun]:
        """Those whose plan is stored; the others are left out. Raises DependencyDownError."""


class MessageOwnersInBulk(Protocol):
    """From many messages back to their people."""

    async def of_all(self, messages: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], MessageOwner]:
        """By (execution_no, seq); messages that do not exist are left out."""
