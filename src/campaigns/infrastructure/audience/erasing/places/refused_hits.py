"""Hits and feedback that the ledger refused for good, kept in files for a human."""

import asyncio
from collections.abc import Sequence
from typing import LiteralString

import msgspec
from msgspec.structs import replace

from campaigns.application.analytics.feedback import FeedbackReport
from campaigns.application.analytics.ports import Fact, FactDetail
from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.feedback_spool import FeedbackSpool, KeptPost
from campaigns.infrastructure.analytics.spool import Spool
from campaigns.infrastructure.audience.erasing.late_facts import Names, impersonal
from campaigns.infrastructure.postgres.database import Database

_THEIRS: LiteralString = "select execution_no, seq from erased_messages where pseudonym = any(%s)"


class RefusedHits:
    """What waits in the spool itself reaches the ledger before anything can be erased there."""

    name = "refused hits"

    def __init__(self, spool: Spool, feedback: FeedbackSpool, database: Database) -> None:
        self._spool = spool
        self._feedback = feedback
        self._database = database

    async def forget(self, _tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_THEIRS, ([one.pseudonym for one in people],))).fetchall()
        theirs = set(rows)

        def changed(fact: Fact) -> Fact:
            return _without(fact) if (fact.execution_no, fact.seq) in theirs else fact

        def changed_post(post: KeptPost) -> KeptPost:
            reports = (_nameless(one) if one.message in theirs else one for one in post.reports)
            return replace(post, reports=tuple(reports))

        hits = await asyncio.to_thread(self._spool.rewrite_refused, changed)
        return hits + await asyncio.to_thread(self._feedback.rewrite_refused, changed_post)


def _without(fact: Fact) -> Fact:
    return replace(fact, detail=_kept(fact.detail, (fact.execution_no, fact.seq)))


def _nameless(report: FeedbackReport) -> FeedbackReport:
    return replace(report, detail=_kept(report.detail, report.message))


def _kept(detail: FactDetail, message: tuple[int, int]) -> FactDetail:
    return msgspec.convert(impersonal(msgspec.to_builtins(detail), Names().of(message)), FactDetail)
