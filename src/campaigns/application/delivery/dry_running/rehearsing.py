"""Messages rendered for real and thrown away: how many could not be, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.application.delivery.dry_running.forecasts import ContentOutlook
from campaigns.application.delivery.ports import CompiledContent, Recipient, Unrenderable
from campaigns.application.delivery.running import Profiles
from campaigns.application.delivery.sending.filling import filled_in
from campaigns.application.delivery.sending.judging import address_of
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.ids import TenantId

_AT_ONCE = 500
_NOT_SENT = 0
_MOST_REASONS = 20
Chosen = tuple[int, str, int, int]


class Rehearsal:
    """Counts as it goes; holds a few hundred people at a time."""

    def __init__(self, content: CompiledContent, profiles: Profiles, tenant_id: TenantId) -> None:
        self._content = content
        self._profiles = profiles
        self._tenant_id = tenant_id
        self._rendered = self._missing = self._broken = 0
        self._why: Counter[str] = Counter()
        self._gaps: Counter[str] = Counter()

    async def render(self, chosen: Sequence[Chosen]) -> None:
        for start in range(0, len(chosen), _AT_ONCE):
            some = chosen[start : start + _AT_ONCE]
            known = await self._profiles.of(self._tenant_id, sorted({user_id for _, user_id, _, _ in some}))
            for channel in sorted({channel for *_, channel in some}):
                self._render([one for one in some if one[3] == channel], channel, known)
        self._gaps.update(self._content.take_gaps())

    def outlook(self, of: int, *, everybody: bool) -> ContentOutlook:
        return ContentOutlook(
            rendered=self._rendered,
            of=of,
            everybody=everybody,
            missing_data=self._missing,
            content_error=self._broken,
            why=dict(self._why.most_common(_MOST_REASONS)),
            gaps=dict(self._gaps.most_common(_MOST_REASONS)),
        )

    def _render(self, chosen: Sequence[Chosen], channel: int, known: Mapping[str, Mapping[str, Any]]) -> None:
        recipients = [
            Recipient(seq, user_id, variant, address_of(channel, known[user_id]) or "", known[user_id])
            for seq, user_id, variant, _ in chosen
        ]
        for result in filled_in(self._content, _NOT_SENT, CHANNELS_BY_NUMBER[channel], recipients):
            self._rendered += 1
            if isinstance(result, Unrenderable):
                self._missing += result.missing
                self._broken += not result.missing
                self._why[result.reason] += 1
