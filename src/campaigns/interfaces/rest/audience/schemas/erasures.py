"""Erasures as they travel."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from campaigns.application.audience.erasing import Erasure
from campaigns.interfaces.rest.audience.schemas.people import UserIdText
from campaigns.interfaces.rest.wire import Body, View


class ErasureBody(Body, frozen=True, kw_only=True):
    """Who is to be forgotten."""

    user_id: UserIdText


class ErasureView(View, frozen=True, kw_only=True):
    """`user_id` is gone when the erasure is done; `found`: how much was erased, by place."""

    id: UUID
    status: Literal["pending", "erased"]
    user_id: str | None
    found: dict[str, int]
    requested_by: str
    requested_at: datetime
    erased_at: datetime | None


class ErasureList(View, frozen=True, kw_only=True):
    erasures: list[ErasureView]
    total: int
    limit: int
    offset: int
    has_more: bool


def erasure_view(erasure: Erasure) -> ErasureView:
    return ErasureView(**{name: getattr(erasure, name) for name in ErasureView.__struct_fields__})
