"""The links of an execution, stored once, and the mint of its tracking links."""

from collections.abc import Sequence

from campaigns.domain.analytics.tokens import MAX_LINKS, TouchKind, TrackingTokens
from campaigns.domain.shared.errors import InvalidError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_STORE = """
    insert into tracked_links (tenant_id, execution_no, link, url)
    select %s, %s, %s + link - 1, url from unnest(%s::text[]) with ordinality as given (url, link)
    on conflict do nothing"""


class SignedLinks:
    """`MessageLinks` of one execution. A message names its way out in its header and its texts: it is signed once."""

    def __init__(self, base_url: str, tokens: TrackingTokens, execution_no: int) -> None:
        self._base = base_url.rstrip("/") + "/t/"
        self._sign = tokens.sign
        self._execution_no = execution_no
        self._way_out = (-1, "")

    def opened(self, seq: int) -> str:
        return f"{self._base}o/{self._sign(self._execution_no, seq, TouchKind.OPEN)}"

    def clicked(self, seq: int, link: int) -> str:
        return f"{self._base}c/{self._sign(self._execution_no, seq, TouchKind.CLICK, link)}"

    def unsubscribe(self, seq: int) -> str:
        if self._way_out[0] != seq:
            token = self._sign(self._execution_no, seq, TouchKind.UNSUBSCRIBE)
            self._way_out = (seq, f"{self._base}u/{token}")
        return self._way_out[1]


class TooManyLinksError(InvalidError):
    """More links than a token can number."""

    code = "delivery.content"


class PostgresTracking:
    """`Tracking`: links are stored before the first message that carries them is made."""

    def __init__(self, database: Database, tokens: TrackingTokens, base_url: str) -> None:
        self._database = database
        self._tokens = tokens
        self._base_url = base_url

    async def links_of(self, tenant_id: TenantId, execution_no: int, targets: Sequence[str], first: int) -> SignedLinks:
        if first + len(targets) > MAX_LINKS:
            raise TooManyLinksError(f"{first + len(targets)} links: at most {MAX_LINKS} can be told apart")
        if targets:
            async with self._database.system() as connection:
                await connection.execute(_STORE, (tenant_id, execution_no, first, list(targets)))
        return SignedLinks(self._base_url, self._tokens, execution_no)
