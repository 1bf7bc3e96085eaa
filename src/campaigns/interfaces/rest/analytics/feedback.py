"""Delivery webhooks: what providers say became of messages."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from campaigns.application.analytics.commands.take_feedback import Proof, TakeFeedback
from campaigns.application.analytics.feedback import FeedbackReport, FeedbackTaken
from campaigns.application.analytics.ports import FactDetail, FactName
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.delivery.messages import parse_message_id
from campaigns.domain.delivery.refusals import is_hard_bounce
from campaigns.interfaces.rest.analytics.provider_caller import provider_caller
from campaigns.interfaces.rest.analytics.schemas.feedback import FeedbackAnswer, ProviderEvent, ProviderEvents
from campaigns.interfaces.rest.guards import signed_or
from campaigns.interfaces.rest.json_body import JsonRequest
from campaigns.interfaces.rest.refusals import ForbiddenError, UnauthenticatedError
from campaigns.interfaces.rest.wire import utc

Provider = Annotated[str, PathParameter(min_length=1, max_length=64, pattern="^[a-z0-9_-]+$")]
_SIGNATURE = "x-signature"
_NAMES = {name.value: name for name in FactName}
_LARGEST = 2**31 - 1  # number of an execution, or of a message in it


class FeedbackController(Controller):
    path = "/feedback"

    @post("/{provider:str}", opt=signed_or(Scope.WRITE), operation_id="TakeFeedback", status_code=202)
    async def take(
        self, provider: Provider, data: JSONBody[ProviderEvents], request: JsonRequest, bus: NamedDependency[Bus]
    ) -> FeedbackAnswer:
        """Take delivery reports. Either with credentials, or signed: `X-Signature: sha256=<HMAC of the body>`."""
        now = datetime.now(UTC)
        reports = [_report(event, provider, now) for event in data.events]
        signature = request.headers.get(_SIGNATURE)
        command = TakeFeedback(
            caller=_caller(request, provider, signed=signature is not None),
            provider=provider,
            reports=tuple(report for report in reports if report is not None),
            proof=Proof(signature=signature, body=await request.body()) if signature else None,
        )
        taken: FeedbackTaken = await bus(command)
        ours = [event for event, report in zip(data.events, reports, strict=True) if report is not None]
        unknown = [event.message_id for event, report in zip(data.events, reports, strict=True) if report is None]
        unknown += [ours[number].message_id for number in taken.unknown]
        return FeedbackAnswer(accepted=taken.accepted, unknown=unknown, kept=taken.kept)


def _caller(request: JsonRequest, provider: str, *, signed: bool) -> Caller:
    caller = request.scope.get("caller")
    if isinstance(caller, Caller):
        if not {Scope.WRITE, Scope.OPERATE, Scope.ADMIN} & caller.scopes:
            raise ForbiddenError(f"The scope {Scope.WRITE} is needed")
        return caller
    if not signed:
        raise UnauthenticatedError("Credentials are needed, or the provider's signature in X-Signature")
    return provider_caller(request, provider)


def _report(event: ProviderEvent, provider: str, now: datetime) -> FeedbackReport | None:
    """None when the message id is none of ours."""
    message = parse_message_id(event.message_id)
    if message is None:
        return None
    execution_no, seq = message
    if execution_no > _LARGEST or seq > _LARGEST:
        return None
    at = utc(event.at) if event.at else None
    hard = _is_hard(event) if event.type == "bounced" else None
    return FeedbackReport(
        event_id=event.event_id or f"{event.message_id}:{event.type}:{at.isoformat() if at else ''}",
        execution_no=execution_no,
        seq=seq,
        name=_NAMES[event.type],
        at=at or now,
        detail=_detail(event.reason, event.url, event.user_agent, provider, hard=hard),
    )


@lru_cache(1_024)
def _detail(
    reason: str | None, url: str | None, user_agent: str | None, provider: str, *, hard: bool | None
) -> FactDetail:
    """Most reports say what others say: the same words are the same detail, which is written once."""
    return FactDetail(hard=hard, reason=reason, url=url, user_agent=user_agent, provider=provider)


def _is_hard(event: ProviderEvent) -> bool:
    """As the provider says; where it does not, by the words it was told."""
    return event.bounce_type == "hard" if event.bounce_type else is_hard_bounce(event.reason)
