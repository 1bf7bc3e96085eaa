"""Which channels people want, in Postgres, and what follows for the list of suppressions."""

from collections.abc import Sequence
from typing import Any, LiteralString

from campaigns.application.audience.people_changes import Preference
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.postgres.database import Database

_SOURCE = "preferences"
_SAY: LiteralString = """
insert into contact_preferences as known (tenant_id, user_id, channel, allowed, at)
values (%(tenant)s, %(user)s, %(channel)s, %(allowed)s, %(at)s)
on conflict (tenant_id, user_id, channel) do update set allowed = excluded.allowed, at = excluded.at
 where known.at <= excluded.at returning allowed"""
_REFUSE: LiteralString = """
insert into suppressions (tenant_id, user_id, channel, reason, source, created_by, created_at)
values (%(tenant)s, %(user)s, %(channel)s, %(reason)s, %(source)s, %(by)s, %(at)s)
on conflict (tenant_id, user_id, channel) do nothing"""
_CONSENT: LiteralString = """
delete from suppressions
 where tenant_id = %(tenant)s and user_id = %(user)s and channel = %(channel)s and source = %(source)s"""


class PostgresPreferences:
    """`Preferences`. What a provider or an operator said of a channel is not lifted by consent."""

    def __init__(self, database: Database, erasures: PostgresErasures) -> None:
        self._database = database
        self._erasures = erasures

    async def say(self, tenant_id: TenantId, preferences: Sequence[Preference], *, by: str) -> None:
        erased = await self._erasures.among(tenant_id, [one.user_id for one in preferences])
        said = sorted(preferences, key=lambda one: (one.user_id, one.channel, one.at))
        async with self._database.tenant(tenant_id) as connection:
            for one in said:
                if one.user_id in erased:
                    continue
                told: dict[str, Any] = {
                    "tenant": tenant_id,
                    "user": one.user_id,
                    "channel": one.channel.value,
                    "at": one.at,
                    "by": by,
                }
                told |= {"reason": SkipReason.SUPPRESSED_UNSUBSCRIBED.value, "source": _SOURCE}
                if await (await connection.execute(_SAY, told | {"allowed": one.allowed})).fetchone() is not None:
                    await connection.execute(_CONSENT if one.allowed else _REFUSE, told)
