"""Messages rendered for real and thrown away: how many could not be, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.application.delivery.answered_events import EVENT
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

    async def render(self, chosen: Sequence[Chosen], said: Mapping[int, Mapping[str, Any]]) -> None:
        """`said`: by seq, what an event said that is answered."""
        for start in range(0, len(chosen), _AT_ONCE):
            some = chosen[start : start + _AT_ONCE]
            known = await self._profiles.of(self._tenant_id, sorted({user_id for _, user_id, _, _ in some}))
            for channel in sorted({channel for *_, channel in some}):
                of_channel = [one for one in some if one[3] == channel]
                self._render(channel, [_recipient(one, known[one[1]], said.get(one[0])) for one in of_channel])
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

    def _render(self, channel: int, recipients: Sequence[Recipient]) -> None:
        for result in filled_in(self._content, _NOT_SENT, CHANNELS_BY_NUMBER[channel], recipients):
            self._rendered += 1
            if isinstance(result, Unrenderable):
                self._missing += result.missing
                self._broken += not result.missing
                self._why[result.reason] += 1


def _recipient(chosen: Chosen, known: Mapping[str, Any], said: Mapping[str, Any] | None) -> Recipient:
    seq, user_id, variant, channel = chosen
    profile = known if said is None else {**known, EVENT: said}
    return Recipient(seq, user_id, variant, address_of(channel, known) or "", profile)
