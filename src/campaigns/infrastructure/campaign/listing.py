"""Lists of campaigns from their read model."""

from importlib.resources import files
from typing import Any

from campaigns.application.campaign.ports import CampaignFilter, CampaignPage, CampaignSummary, SortField
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.values import Mode, Status
from campaigns.domain.shared.ids import CampaignId
from campaigns.infrastructure.campaign.cursors import Cursor, read, written
from campaigns.infrastructure.postgres.database import Database

_HERE = files("campaigns.infrastructure.campaign")
_PAGE = _HERE.joinpath("listing_page.sql").read_text()

_SORT_KEYS: dict[SortField, tuple[str, str]] = {
    "created_at": ("created_at", "timestamptz"),
    "updated_at": ("updated_at", "timestamptz"),
    "name": ('name_key collate "C"', "text"),
    "start_date": ("coalesce(start_date, 'infinity')", "timestamptz"),
    "status": ("status", "text"),
}
_CONDITIONS = {
    "statuses": "status = any(%(statuses)s::text[])",
    "types": "type = any(%(types)s::text[])",
    "modes": "mode = any(%(modes)s::text[])",
    "channels": "channels && %(channels)s::text[]",
    "tags": "tags && %(tags)s::text[]",
    "created_by": "created_by = %(created_by)s",
    "search": "(name_key like %(search)s or name ilike %(search)s or description ilike %(search)s)",
}


class PostgresCampaignListing:
    """Keyset pages by cursor, or by offset for those who count pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        caller: Caller,
        wanted: CampaignFilter,
        *,
        sort: SortField,
        descending: bool,
        limit: int,
        offset: int,
        cursor: str | None,
    ) -> CampaignPage:
        given = _given(wanted)
        after = read(cursor, sort, descending=descending) if cursor is not None else None
        parameters = given | {"tenant": caller.tenant_id, "limit": limit, "offset": 0 if after else offset}
        parameters |= {"key": after.key, "id": after.campaign_id} if after else {}
        conditions = "".join(f" and {_CONDITIONS[name]}" for name in given)
        async with self._database.tenant(caller.tenant_id) as connection:
            found = await connection.execute(_page_sql(sort, descending, conditions, after), parameters)
            rows = await found.fetchall()
        return _page(rows, sort, descending=descending, limit=limit)


def _given(wanted: CampaignFilter) -> dict[str, Any]:
    named = {name: getattr(wanted, name) for name in _CONDITIONS}
    given = {name: list(map(str, value)) if isinstance(value, tuple) else value for name, value in named.items()}
    if wanted.search:
        given["search"] = f"%{_literal(wanted.search)}%"
    return {name: value for name, value in given.items() if value}


def _literal(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text


def _page_sql(sort: SortField, descending: bool, conditions: str, after: Cursor | None) -> bytes:  # noqa: FBT001
    key, kind = _SORT_KEYS[sort]
    sign, direction = ("<", "desc") if descending else (">", "asc")
    beyond = f"and ({key}, campaign_id) {sign} (%(key)s::{kind}, %(id)s)" if after else ""
    return _PAGE.format(sort_key=key, conditions=conditions, after=beyond, direction=direction).encode()


def _page(rows: list[tuple[Any, ...]], sort: SortField, *, descending: bool, limit: int) -> CampaignPage:
    total = rows[0][-1]
    found = [row for row in rows if row[0] is not None]
    shown, has_more = found[:limit], len(found) > limit
    cursor = Cursor(sort, descending, shown[-1][-2], shown[-1][0]) if has_more else None
    return CampaignPage(
        campaigns=tuple(map(_summary, shown)),
        total=total,
        has_more=has_more,
        next_cursor=written(cursor) if cursor else None,
    )


def _summary(row: tuple[Any, ...]) -> CampaignSummary:
    return CampaignSummary(
        id=CampaignId(row[0]),
        name=row[1],
        description=row[2],
        type=row[3],
        mode=Mode(row[4]),
        status=Status(row[5]),
        approval=row[6],
        version=row[7],
        channels=tuple(row[8]),
        tags=tuple(row[9]),
        start_date=row[10],
        end_date=row[11],
        created_by=row[12],
        created_at=row[13],
        updated_at=row[14],
    )
