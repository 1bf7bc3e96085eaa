"""Uploads of people and lists over REST."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody

from campaigns.application.audience.commands.import_dataset import ImportDataset
from campaigns.application.audience.ports import Import
from campaigns.application.audience.queries.list_imports import ListImports
from campaigns.application.audience.queries.show_import import ShowImport
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.audience.schemas.imports import ImportList, ImportView, UploadBody, import_view
from campaigns.interfaces.rest.audience.uploaded import LARGEST, pieces
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Limit, Offset


class ImportsController(Controller):
    path = "/audience/imports"

    @post("/", opt=needs(Scope.WRITE), operation_id="ImportDataset", status_code=202, request_max_body_size=LARGEST)
    async def upload(
        self, data: MultipartBody[UploadBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ImportView:
        """Take in a file as the new version of a dataset; the answer tells under which id to ask how far it is."""
        command = ImportDataset(
            caller=caller, file_name=data.file.filename, content=pieces(data.file), dataset=data.dataset
        )
        return import_view(await bus(command))

    @get("/", opt=needs(Scope.READ), operation_id="ListImports")
    async def all(
        self, caller: NamedDependency[Caller], bus: NamedDependency[Bus], limit: Limit = 50, offset: Offset = 0
    ) -> ImportList:
        """Newest first."""
        found: tuple[Sequence[Import], int] = await bus(ListImports(caller=caller, limit=limit, offset=offset))
        uploads, total = found
        return ImportList(
            imports=[import_view(upload) for upload in uploads],
            total=total,
            limit=limit,
            offset=offset,
            has_more=offset + len(uploads) < total,
        )

    @get("/{import_id:uuid}", opt=needs(Scope.READ), operation_id="ShowImport")
    async def one(
        self, import_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> ImportView:
        """How far it has come, and what was left out."""
        return import_view(await bus(ShowImport(caller=caller, import_id=import_id)))
