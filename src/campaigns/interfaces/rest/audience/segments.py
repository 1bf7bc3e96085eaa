"""Segments over REST."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.audience.commands.change_segment import ChangeSegment
from campaigns.application.audience.commands.create_segment import CreateSegment
from campaigns.application.audience.commands.delete_segment import DeleteSegment
from campaigns.application.audience.ports import Estimate, SegmentPage
from campaigns.application.audience.queries.estimate_segment import EstimateSegment
from campaigns.application.audience.queries.list_segments import ListSegments
from campaigns.application.audience.queries.show_segment import ShowSegment
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.messages import Receipt
from campaigns.interfaces.rest.audience.schemas.estimates import SizeView
from campaigns.interfaces.rest.audience.schemas.segments import SegmentBody, SegmentList, SegmentView, segment_view
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.versions import versioned
from campaigns.interfaces.rest.wire import Filter, Limit, Offset


class SegmentsController(Controller):
    path = "/segments"

    @post("/", opt=needs(Scope.WRITE), operation_id="CreateSegment")
    async def create(
        self, data: JSONBody[SegmentBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[SegmentView]:
        """Give people a name, by criteria or one by one."""
        receipt: Receipt = await bus(CreateSegment(caller=caller, meaning=data.meaning()))
        response = await _answered(bus, caller, receipt.id, 201)
        response.headers["Location"] = f"/api/v1/segments/{receipt.id}"
        return response

    @get("/", opt=needs(Scope.READ), operation_id="ListSegments")
    async def all(
        self,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        *,
        search: Filter = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> SegmentList:
        """Segments by name, at most a second behind."""
        query = ListSegments(caller=caller, search=search, limit=limit, offset=offset)
        page: SegmentPage = await bus(query)
        return SegmentList(
            segments=[segment_view(segment) for segment in page.segments],
            total=page.total,
            limit=limit,
            offset=offset,
            has_more=offset + len(page.segments) < page.total,
        )

    @get("/{segment_id:uuid}", opt=needs(Scope.READ), operation_id="ShowSegment")
    async def one(
        self, segment_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[SegmentView]:
        return await _answered(bus, caller, segment_id)

    @put("/{segment_id:uuid}", opt=needs(Scope.WRITE), operation_id="ChangeSegment")
    async def change(
        self,
        segment_id: FromPath[UUID],
        data: JSONBody[SegmentBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[SegmentView]:
        """Let the segment mean somebody else; runs that are planned already keep their people."""
        command = ChangeSegment(
            caller=caller, segment_id=segment_id, meaning=data.meaning(), expected_version=expected_version
        )
        await bus(command)
        return await _answered(bus, caller, segment_id)

    @delete("/{segment_id:uuid}", opt=needs(Scope.WRITE), operation_id="DeleteSegment")
    async def remove(
        self,
        segment_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> None:
        """Withdraw a segment; campaigns that still name it cannot be launched."""
        await bus(DeleteSegment(caller=caller, segment_id=segment_id, expected_version=expected_version))

    @get("/{segment_id:uuid}/estimate", opt=needs(Scope.READ), operation_id="EstimateSegment")
    async def estimate(
        self, segment_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> SizeView:
        """How many people the segment means; at most five minutes old."""
        estimate: Estimate = await bus(EstimateSegment(caller=caller, segment_id=segment_id))
        return SizeView(size=estimate.audience, computed_at=estimate.computed_at)


async def _answered(bus: Bus, caller: Caller, segment_id: UUID, status_code: int = 200) -> Response[SegmentView]:
    segment = await bus(ShowSegment(caller=caller, segment_id=segment_id))
    return versioned(segment_view(segment), segment.version, status_code)
