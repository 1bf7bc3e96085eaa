"""How a campaign refuses."""

from datetime import datetime

from campaigns.domain.shared.errors import InvalidError, NotFoundError, RefusedError


class TransitionError(RefusedError):
    """The present status does not allow the command; `allowed` names the commands it does allow."""

    code = "campaign.status_transition"

    def __init__(self, detail: str, allowed: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.allowed = allowed


class ConfigurationError(InvalidError):
    """The definition breaks rules; every one of them is listed."""

    code = "campaign.invalid_configuration"


class UnfittingPatchError(InvalidError):
    """A patch makes a document that is no campaign definition."""

    code = "request.malformed"


class ApprovalError(RefusedError):
    """The approval that this needs is not there, or this principal may not give it."""

    code = "campaign.approval_required"


class NoExperimentError(NotFoundError):
    """The campaign tests nothing, or its test has not begun."""

    code = "campaign.no_ab_test"


class ExperimentDecidedError(RefusedError):
    """The test has its winner, or its fallback has been carried out."""

    code = "campaign.ab_test_decided"


class PartNotFoundError(NotFoundError):
    """The campaign has no such variant or trigger."""

    code = "campaign.not_found"


class TaskNotFoundError(NotFoundError):
    """Nobody ordered such a task, or not for this tenant."""

    code = "campaign.not_found"


class TaskTooEarlyError(RefusedError):
    """A task rang long before the instant that it was ordered for."""

    code = "campaign.schedule_conflict"


class HeldByRuleError(RefusedError):
    """A scheduling rule lets no run begin now; `until` is when it does, None: not to be expected."""

    code = "campaign.schedule_conflict"

    def __init__(self, detail: str, until: datetime | None) -> None:
        super().__init__(detail)
        self.until = until


class CampaignNotFoundError(NotFoundError):
    """There is no such campaign, or not for this tenant."""

    code = "campaign.not_found"
