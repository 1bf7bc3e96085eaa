"""Executions and recipients over REST."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from campaigns.application.delivery.commands.resend_uncertain import ResendUncertain
from campaigns.application.delivery.queries.list_executions import ListExecutions
from campaigns.application.delivery.queries.list_recipients import ListRecipients
from campaigns.application.delivery.queries.show_execution import ShowExecution
from campaigns.application.delivery.queries.trace_recipient import TraceRecipient
from campaigns.application.delivery.readings import ExecutionView, RecipientFilter, RecipientPage, RecipientTrace
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.delivery.messages import MessageState
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import CampaignId, ExecutionId
from campaigns.interfaces.rest.delivery.csv_export import csv_of
from campaigns.interfaces.rest.delivery.schemas import ExecutionBodyView, ExecutionList, ResendView, shown
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.wire import Cursor, Filter, Limit, TextInPath

OfExecution = Annotated[UUID | None, QueryParameter(description="The newest planned execution when left out")]
Format = Annotated[str, QueryParameter(pattern="^(json|csv)$", description="csv streams every match")]
State = Annotated[str | None, QueryParameter(name="state", max_length=255, description="Where the message is")]
_CSV_PAGE = 500


class ExecutionsController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @get("/executions", opt=needs(Scope.READ), operation_id="ListExecutions")
    async def executions(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ExecutionList:
        """The runs of a campaign, newest first."""
        views: list[ExecutionView] = await bus(ListExecutions(caller=caller, campaign_id=CampaignId(campaign_id)))
        return ExecutionList(executions=[shown(view) for view in views], total=len(views))

    @get("/executions/{execution_id:uuid}", opt=needs(Scope.READ), operation_id="ShowExecution")
    async def execution(
        self,
        campaign_id: FromPath[UUID],
        execution_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> ExecutionBodyView:
        """One run: its progress, and where every person of its audience is."""
        query = ShowExecution(
            caller=caller, campaign_id=CampaignId(campaign_id), execution_id=ExecutionId(execution_id)
        )
        return shown(await bus(query))

    @post(
        "/executions/{execution_id:uuid}/resend-uncertain",
        opt=needs(Scope.OPERATE),
        status_code=202,
        operation_id="ResendUncertain",
    )
    async def resend_uncertain(
        self,
        campaign_id: FromPath[UUID],
        execution_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> ResendView:
        """Send the uncertain messages again, and only those, at the risk that some arrive twice."""
        command = ResendUncertain(
            caller=caller, campaign_id=CampaignId(campaign_id), execution_id=ExecutionId(execution_id)
        )
        return ResendView(messages=await bus(command))

    @get("/recipients", opt=needs(Scope.READ), operation_id="ListRecipients")
    async def recipients(
        self,
        *,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        execution_id: OfExecution = None,
        in_state: State = None,
        variant: Filter = None,
        reason: Filter = None,
        limit: Limit = 100,
        cursor: Cursor = None,
        format: Format = "json",  # noqa: A002  the parameter's name in the contract
    ) -> Response[Any]:
        """The people of a run, in the order of its plan. A page may be short: go on while there is a `next_cursor`."""
        query = ListRecipients(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            wanted=RecipientFilter(
                execution_id=ExecutionId(execution_id) if execution_id else None,
                state=_state(in_state),
                variant=variant,
                reason=reason,
            ),
            limit=_CSV_PAGE if format == "csv" else limit,
            cursor=cursor,
        )
        page: RecipientPage = await bus(query)
        if format == "json":
            return Response(page)
        return Stream(
            csv_of(bus, query, page),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="recipients-{campaign_id}.csv"'},
        )

    @get("/recipients/{user_id:str}", opt=needs(Scope.READ), operation_id="TraceRecipient")
    async def recipient(
        self,
        *,
        campaign_id: FromPath[UUID],
        user_id: TextInPath,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        execution_id: OfExecution = None,
    ) -> RecipientTrace:
        """Why one person got what they got, or did not."""
        query = TraceRecipient(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            user_id=user_id,
            execution_id=ExecutionId(execution_id) if execution_id else None,
        )
        trace: RecipientTrace = await bus(query)
        return trace


def _state(text: str | None) -> MessageState | None:
    try:
        return MessageState(text) if text is not None else None
    except ValueError as error:
        known = ", ".join(MessageState)
        raise MalformedError("The state is unknown", (Violation("/state", f"must be one of {known}"),)) from error
