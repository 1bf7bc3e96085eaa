"""Who must not be written to, over REST."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, MultipartBody, QueryParameter
from litestar.response import Stream

from campaigns.application.audience.commands.lift_suppression import LiftSuppression
from campaigns.application.audience.commands.suppress_file import SuppressFile
from campaigns.application.audience.commands.suppress_people import SuppressPeople
from campaigns.application.audience.ports import SuppressionPage
from campaigns.application.audience.queries.export_suppressions import ExportSuppressions
from campaigns.application.audience.queries.list_suppressions import ListSuppressions
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.audience.suppression import Suppression, SuppressionReason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.csv_text import csv_line
from campaigns.interfaces.rest.audience.schemas.imports import ImportView, SuppressingBody, import_view
from campaigns.interfaces.rest.audience.schemas.suppressions import (
    Suppressed,
    SuppressionBody,
    SuppressionList,
    SuppressionsBody,
    suppression_view,
)
from campaigns.interfaces.rest.audience.uploaded import LARGEST, pieces
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.wire import Cursor, Limit, TextInPath

_COLUMNS = ("user_id", "channel", "reason", "source", "created_by", "created_at")
UserFilter = Annotated[str | None, QueryParameter(max_length=255, description="One person")]

ChannelFilter = Annotated[
    Literal["*", "email", "sms", "whatsapp", "push", "in_app", "web", "social", "display", "webhook", "pop_up"] | None,
    QueryParameter(description="A channel, or * for all"),
]
ReasonFilter = Annotated[SuppressionReason | None, QueryParameter(description="Why")]


class SuppressionsController(Controller):
    path = "/suppressions"

    @post("/", opt=needs(Scope.WRITE), operation_id="SuppressPerson")
    async def add(
        self, data: JSONBody[SuppressionBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Suppressed:
        """See to it that a person is not written to: on one channel, or on all."""
        return Suppressed(accepted=await bus(SuppressPeople(caller=caller, said=(data.said(),))))

    @post("/import", opt=needs(Scope.WRITE), operation_id="ImportSuppressions", status_code=200)
    async def add_many(
        self, data: JSONBody[SuppressionsBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Suppressed:
        """Up to ten thousand at once, all or none."""
        said = tuple(one.said() for one in data.suppressions)
        return Suppressed(accepted=await bus(SuppressPeople(caller=caller, said=said, source="import")))

    @post(
        "/upload",
        opt=needs(Scope.WRITE),
        operation_id="UploadSuppressions",
        status_code=202,
        request_max_body_size=LARGEST,
    )
    async def upload(
        self, data: MultipartBody[SuppressingBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ImportView:
        """Suppress everybody whom a file names, on one channel or on all. The answer tells under which id of the
        imports to ask how far it is; rows that cannot be used are named there. Uploading it again changes nothing.
        """
        command = SuppressFile(
            caller=caller,
            file_name=data.file.filename,
            content=pieces(data.file),
            channel=_channel(data.channel),
            reason=data.reason,
        )
        return import_view(await bus(command))

    @get("/", opt=needs(Scope.READ), operation_id="ListSuppressions")
    async def all(
        self,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        *,
        user_id: UserFilter = None,
        channel: ChannelFilter = None,
        reason: ReasonFilter = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> SuppressionList:
        """By person and channel."""
        query = ListSuppressions(
            caller=caller,
            user_id=user_id,
            channel=None if channel is None else _channel(channel),
            reason=reason,
            limit=limit,
            cursor=cursor,
        )
        page: SuppressionPage = await bus(query)
        return SuppressionList(
            suppressions=[suppression_view(one) for one in page.suppressions],
            total=page.total,
            limit=limit,
            has_more=page.next_cursor is not None,
            next_cursor=page.next_cursor,
        )

    @get("/export", opt=needs(Scope.READ), operation_id="ExportSuppressions", media_type="text/csv")
    async def export(self, caller: NamedDependency[Caller], bus: NamedDependency[Bus]) -> Stream:
        """All of them as CSV; cells that a spreadsheet would run as a formula are defused."""
        return Stream(_lines(await bus(ExportSuppressions(caller=caller))), media_type="text/csv; charset=utf-8")

    @delete("/{user_id:str}/{channel:str}", opt=needs(Scope.WRITE), operation_id="LiftSuppression")
    async def lift(
        self, user_id: TextInPath, channel: TextInPath, caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> None:
        """Let a person be written to again. The channel is one of them, or `*` for what was said about all."""
        await bus(LiftSuppression(caller=caller, user_id=UserId(user_id), channel=_channel(channel)))


def _channel(text: str) -> ChannelType | Literal["*"]:
    if text == "*":
        return "*"
    try:
        return ChannelType(text)
    except ValueError:
        rule = f"must be * or one of {', '.join(ChannelType)}"
        raise MalformedError("A parameter cannot be read", (Violation("/channel", rule),)) from None


async def _lines(suppressions: AsyncIterator[Suppression]) -> AsyncIterator[bytes]:
    yield csv_line(_COLUMNS)
    async for one in suppressions:
        yield csv_line([str(getattr(one, column)) for column in _COLUMNS])
