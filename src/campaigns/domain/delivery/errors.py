"""What delivery refuses."""

from campaigns.domain.shared.errors import InvalidError, LimitError, NotFoundError, RefusedError


class ExecutionNotFoundError(NotFoundError):
    code = "delivery.execution_not_found"


class RecipientNotFoundError(NotFoundError):
    code = "delivery.recipient_not_found"


class ExecutionArchivedError(RefusedError):
    """The people of this execution left the ledger for the archive; its totals and figures are still there."""

    code = "delivery.archived"


class ExecutionNotPendingError(RefusedError):
    """The plan of this execution is already stored, or it has ended."""

    code = "delivery.not_pending"


class NothingUncertainError(RefusedError):
    """No message of the execution is uncertain, or it may not send any more."""

    code = "delivery.nothing_uncertain"


class NeverOpenError(InvalidError):
    """The windows, the days and the weekends leave no instant at which a message may leave."""

    code = "delivery.schedule"


class EmptyAudienceError(InvalidError):
    """Nobody is in the audience."""

    code = "audience.empty_segment"


class AudienceTooLargeError(LimitError):
    """More people than the tenant may reach in one execution."""

    code = "campaign.resource_limit"


class ChannelUnavailableError(InvalidError):
    """No sender is configured for a channel that the plan uses."""

    code = "delivery.channel_unavailable"


class DryRunNotFoundError(NotFoundError):
    code = "delivery.dry_run_not_found"


class DryRunUnderWayError(RefusedError):
    """One dry run of a campaign at a time."""

    code = "delivery.dry_run_under_way"
