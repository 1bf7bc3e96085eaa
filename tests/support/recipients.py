"""Somebody who got a message of the running service, and holds its links."""

from typing import Any

import psycopg
from tests.support.ledgers import WrittenLedger
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import until

from campaigns.domain.analytics.tokens import TouchKind, TrackingTokens
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys

TARGET = "https://shop.example/sale?a=1&b=%C3%A9#top"


class Recipient:
    """One message of a fresh execution, and what the ledger says of it."""

    def __init__(self, service: RunningService, tenant: Tenant, number: int) -> None:
        self.ledger = WrittenLedger(service.database_url, people=3, execution_no=number, tenant=tenant.tenant_id)
        self.number, self.tenant, self.url = number, tenant, service.database_url
        self.tokens = TrackingTokens(parse_tracking_keys((service.home / "tracking.keys").read_text()))
        self._execute(
            "insert into tracked_links (tenant_id, execution_no, link, url) values (%s, %s, 0, %s)",
            tenant.tenant_id,
            number,
            TARGET,
        )

    def path(self, kind: TouchKind, seq: int = 1, link: int = 0) -> str:
        return f"/t/{kind.name[0].lower()}/{self.tokens.sign(self.number, seq, kind, link)}"

    def facts(self, expected: int) -> list[tuple[Any, ...]]:
        """The facts, once there are as many as expected."""
        asked = "select seq, kind, detail from message_facts where execution_no = %s order by append_no"
        found: list[tuple[Any, ...]] = until(
            lambda: self._execute(asked, self.number), lambda seen: len(seen) >= expected
        )
        return found

    def suppressions(self) -> list[tuple[Any, ...]]:
        return self._execute(
            "select user_id, channel, reason from suppressions where tenant_id = %s", self.tenant.tenant_id
        )

    def _execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set local role campaigns_system")
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
