"""Forgetting people, over REST."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.audience.commands.erase_person import ErasePerson
from campaigns.application.audience.erasing import Erasure
from campaigns.application.audience.queries.list_erasures import ListErasures
from campaigns.application.audience.queries.show_erasure import ShowErasure
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.rest.audience.schemas.erasures import ErasureBody, ErasureList, ErasureView, erasure_view
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Limit, Offset


class ErasuresController(Controller):
    """The person is named in the body: addresses of requests stand in logs."""

    path = "/erasures"

    @post("/", opt=needs(Scope.OPERATE), operation_id="ErasePerson", status_code=202)
    async def erase(
        self, data: JSONBody[ErasureBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ErasureView:
        """Forget a person everywhere. Nothing is sent to them from now on; all else follows within a minute.

        Counts stay as they are. The id is known again by a keyed digest, so that no upload brings the person back.
        Who listens to the events is told which messages were theirs (`campaign.person.erased`).
        """
        return erasure_view(await bus(ErasePerson(caller=caller, user_id=UserId(data.user_id))))

    @get("/", opt=needs(Scope.OPERATE), operation_id="ListErasures")
    async def all(
        self, caller: NamedDependency[Caller], bus: NamedDependency[Bus], limit: Limit = 50, offset: Offset = 0
    ) -> ErasureList:
        """Newest first."""
        found: tuple[Sequence[Erasure], int] = await bus(ListErasures(caller=caller, limit=limit, offset=offset))
        erasures, total = found
        return ErasureList(
            erasures=[erasure_view(erasure) for erasure in erasures],
            total=total,
            limit=limit,
            offset=offset,
            has_more=offset + len(erasures) < total,
        )

    @get("/{erasure_id:uuid}", opt=needs(Scope.OPERATE), operation_id="ShowErasure")
    async def one(
        self, erasure_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ErasureView:
        """How far it has come, and how much was erased where."""
        return erasure_view(await bus(ShowErasure(caller=caller, erasure_id=erasure_id)))
