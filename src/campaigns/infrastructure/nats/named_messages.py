"""Which messages of the ledger a batch of events is about, in a header: so that it is found without its body."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from campaigns.domain.delivery.messages import parse_message_id

HEADER = "Campaigns-Messages"
Key = tuple[int, int]
"""Number of an execution, number of a message in it."""
Sought = Mapping[int, Sequence[int]]
"""By execution: the messages that are looked for, ascending."""


def named(event_ids: Iterable[str]) -> str:
    """`17:1-64,70;18:3` for events about these messages of two executions; "" when an event is about none."""
    found: dict[int, list[int]] = defaultdict(list)
    for event_id in event_ids:
        key = message_of(event_id)
        if key is None:
            return ""
        found[key[0]].append(key[1])
    return ";".join(f"{execution_no}:{_ranges(seqs)}" for execution_no, seqs in found.items())


def message_of(event_id: str) -> Key | None:
    """The message that an event is about, by the event's id; None for an event about something else."""
    return parse_message_id(event_id.partition(".")[0])


def sought(messages: Iterable[Key]) -> Sought:
    found: dict[int, list[int]] = defaultdict(list)
    for execution_no, seq in sorted(messages):
        found[execution_no].append(seq)
    return found


def about(headers: Mapping[str, str], messages: Sought) -> bool:
    """Whether the event or the batch may be about one of these messages; what does not say may be."""
    says = headers.get(HEADER)
    if says:
        return any(_holds(of_execution, messages) for of_execution in says.split(";"))
    alone = message_of(headers.get("Nats-Msg-Id", ""))
    return alone is None or alone[1] in messages.get(alone[0], ())


def _ranges(seqs: list[int]) -> str:
    first = last = seqs[0]
    parts: list[str] = []
    for seq in seqs[1:]:
        if seq != last + 1:
            parts.append(_range(first, last))
            first = seq
        last = seq
    return ",".join([*parts, _range(first, last)])


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _holds(says: str, messages: Sought) -> bool:
    execution_no, _, ranges = says.partition(":")
    seqs = messages.get(int(execution_no), ())
    return bool(seqs) and any(_meets(each, seqs) for each in ranges.split(","))


def _meets(says: str, seqs: Sequence[int]) -> bool:
    first, _, last = says.partition("-")
    place = bisect_left(seqs, int(first))
    return place < len(seqs) and seqs[place] <= int(last or first)
