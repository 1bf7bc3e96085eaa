"""How a campaign refuses."""

from campaigns.domain.shared.errors import InvalidError, RefusedError


class TransitionError(RefusedError):
    """The present status does not allow the command; `allowed` names the commands it does allow."""

    code = "campaign.status_transition"

    def __init__(self, detail: str, allowed: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.allowed = allowed


class ConfigurationError(InvalidError):
    """The definition breaks rules; every one of them is listed."""

    code = "campaign.invalid_configuration"


class ApprovalError(RefusedError):
    """The approval that this needs is not there, or this principal may not give it."""

    code = "campaign.approval_required"
