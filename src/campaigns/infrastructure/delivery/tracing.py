"""The decision trace of one person, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, LiteralString

import msgspec
import xxhash
from psycopg import AsyncConnection

from campaigns.application.delivery.readings import RecipientTrace, RecipientView, TraceStep
from campaigns.domain.audience.allocation import Buckets, buckets, share
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.infrastructure.analytics.hits import labels_by_place
from campaigns.infrastructure.delivery.planned import Planned, recipient_of
from campaigns.infrastructure.delivery.recipient_pages import COLUMNS

_STATE: LiteralString = f"""
select {COLUMNS} from message_state
 where execution_no = %(no)s and page = %(seq)s >> 6 and seq = %(seq)s"""
_FACTS: LiteralString = """
select kind, at, append_no, detail from message_facts where execution_no = %(no)s and seq = %(seq)s
union all
select kind, at, append_no, null from (
  select kind, at, append_no, seq_to from message_ranges where execution_no = %(no)s and seq_from <= %(seq)s
   order by seq_from desc limit 1) stretch
 where seq_to >= %(seq)s
 order by at"""

_RULES: LiteralString = "select rules from metric_generations"
_SEGMENTS: LiteralString = """
select e.segment_id::text, e.name from execution_segments e
  join plan_segments p on p.execution_no = e.execution_no and p.number = e.number
                      and p.page = %(seq)s >> 16 and get_bit(p.bits, %(seq)s & 65535) = 1
 where e.execution_no = %(no)s order by e.number"""

_SAYS = {
    FactKind.SENT: "Handed over, and the provider accepted it.",
    FactKind.FAILED: "Refused for good; no other channel was left.",
    FactKind.SKIPPED: "Not sent, decided at the moment of sending.",
    FactKind.UNCERTAIN: "Handed over, but nobody knows whether the provider took it. It is not sent again by itself.",
    FactKind.CANCELLED: "Cancelled before it was sent.",
    FactKind.DELIVERED: "The provider reports delivery.",
    FactKind.BOUNCED: "The provider reports a bounce.",
    FactKind.RESENT: "Sent again at an operator's request.",
    FactKind.FELL_BACK: "Sent by the next channel instead.",
    FactKind.DEFERRED: "Refused for now; tried again later.",
    FactKind.RETRYING: "Tried again.",
    FactKind.ACCEPTED_AS: "The provider gave it an id of its own.",
    FactKind.OPENED: "Opened.",
    FactKind.CLICKED: "A link was clicked.",
    FactKind.CONVERTED: "Converted.",
    FactKind.COMPLAINED: "Complained.",
    FactKind.UNSUBSCRIBED: "Unsubscribed.",
    FactKind.REPLIED: "Replied.",
    FactKind.TRAPPED: "Something followed the link that people do not see.",
}


async def trace_of(connection: AsyncConnection, planned: Planned, seq: int) -> RecipientTrace:
    asked = {"no": planned.execution_no, "seq": seq}
    row = await (await connection.execute(_STATE, asked)).fetchone() or ()
    facts = await (await connection.execute(_FACTS, asked)).fetchall()
    segments = await (await connection.execute(_SEGMENTS, asked)).fetchall()
    (rules,) = await (await connection.execute(_RULES)).fetchone() or (1,)
    recipient = recipient_of(planned, row)
    decided = _decisions(planned, recipient, row[2], row[3])
    told = _all_told(planned, facts, rules, row[3])
    return RecipientTrace(recipient=recipient, steps=(*_membership(planned, segments), *decided, *told))


def _membership(planned: Planned, segments: Sequence[tuple[str, str]]) -> Iterator[TraceStep]:
    at = planned.started_at
    yield TraceStep(step="audience", says="In the audience when the execution was planned.", at=at)
    if segments:
        names = ", ".join(name for _, name in segments)
        details = {"segments": [{"segment_id": segment_id, "name": name} for segment_id, name in segments]}
        says = f"Included by the segments {names}; excluded by nothing."
        yield TraceStep(step="segments", says=says, at=at, details=details)


def _all_told(planned: Planned, facts: Sequence[Any], rules: int, channel: int) -> Iterator[TraceStep]:
    unreported = CHANNELS_BY_NUMBER.get(channel) in planned.brief.unreported
    labelled = labels_by_place(facts, rules, unreported=unreported)
    for place, fact in enumerate(facts):
        label = labelled.get(place)
        yield _told(fact, {} if label is None else {"label": label.value, "rules": rules})


def _decisions(planned: Planned, recipient: RecipientView, variant: int, channel: int) -> Iterator[TraceStep]:
    brief, at = planned.brief, planned.started_at
    drawn = buckets(brief.campaign_id, UserId(recipient.user_id), lambda text: xxhash.xxh3_128(text).digest())
    yield _holdout_step(planned, recipient, drawn.holdout)
    if brief.test is not None and brief.test.leaves_rest:
        yield _sample_step(planned, drawn.sample, variant)
    if brief.variants and variant != brief.rest:
        name = planned.variant_name(variant) or "none"
        says = f"Variant bucket {drawn.variant} of 10,000 belongs to variant {name}."
        yield TraceStep(step="variant", says=says + _by_shares(brief), at=at, details=_variant(brief, drawn, name))
    yield from _plan_step(planned, recipient, channel)


def _holdout_step(planned: Planned, recipient: RecipientView, bucket: int) -> TraceStep:
    brief, at = planned.brief, planned.started_at
    if brief.holdout_strata:
        held = "Held out" if recipient.reason == "holdout" else "Not held out"
        common = " and ".join(brief.holdout_strata)
        says = f"{held}: {brief.holdout_percentage:g} % of the people of each {common} are. Bucket {bucket} of 10,000."
        return TraceStep(step="holdout", says=says, at=at, details={"bucket": bucket, "strata": brief.holdout_strata})
    bound = round(brief.holdout_percentage * 100)
    held = "is held out" if bucket < bound else "is not held out"
    says = f"Holdout bucket {bucket} of 10,000; {held}, since buckets below {bound} are."
    return TraceStep(step="holdout", says=says, at=at, details={"bucket": bucket, "below": bound})


def _by_shares(brief: Brief) -> str:
    if not brief.shares_version:
        return ""
    shares = ", ".join(f"{variant.name} {variant.allocation:g} %" for variant in brief.tested)
    return f" The shares were drawn from the figures (version {brief.shares_version}): {shares}."


def _variant(brief: Brief, drawn: Buckets, name: str) -> dict[str, Any]:
    found = {"bucket": drawn.variant, "variant": name}
    return found | ({"shares_version": brief.shares_version} if brief.shares_version else {})


def _sample_step(planned: Planned, bucket: int, variant: int) -> TraceStep:
    brief = planned.brief
    bound = share(brief.test.sample_percentage or 0) if brief.test else 0
    says = f"Sample bucket {bucket} of 10,000: in the test, since buckets below {bound} are."
    if bucket >= bound:
        says = f"Sample bucket {bucket} of 10,000: not in the test, since only buckets below {bound} are."
    if variant == brief.rest:
        winner = brief.winner
        says += f" The rest gets the winner: {winner.name}." if winner else " The rest waits for the winner."
    details = {"bucket": bucket, "below": bound, "variant": planned.variant_name(variant)}
    return TraceStep(step="sample", says=says, at=planned.started_at, details=details)


def _plan_step(planned: Planned, recipient: RecipientView, channel: int) -> Iterator[TraceStep]:
    at = planned.started_at
    if recipient.batch is None:
        says, details = _why(planned.brief, recipient.reason or "")
        yield TraceStep(step="kept_back", says=says, at=at, details=details)
        return
    name = CHANNELS_BY_NUMBER[channel]
    yield TraceStep(step="channel", says=f"The first channel with an address that is not suppressed is {name}.", at=at)
    says = f"In batch {recipient.batch}, not released before {recipient.release_at:%Y-%m-%d %H:%M:%S} UTC."
    yield TraceStep(step="batch", says=says, at=at, details={"batch": recipient.batch})


def _why(brief: Brief, reason: str) -> tuple[str, Any]:
    match reason:
        case "frequency_cap":
            allowed = " or ".join(_in_words(cap) for cap in brief.frequency_caps)
            details = [msgspec.to_builtins(cap) for cap in brief.frequency_caps]
            return f"Nothing is sent: {reason}. This person has had the {allowed} that are allowed.", details
        case "duplicate_address":
            return f"Nothing is sent: {reason}. Somebody before them, by user id, gets it at the same address.", None
        case _:
            return f"Nothing is sent: {reason}.", None


def _told(fact: Sequence[Any], judged: dict[str, Any]) -> TraceStep:
    kind = FactKind(fact[0])
    detail: Mapping[str, Any] = fact[3] or {}
    named = {key: CHANNELS_BY_NUMBER.get(value, value) if key == "channel" else value for key, value in detail.items()}
    says = f"{_SAYS[kind]}{_credit(detail) if kind is FactKind.CONVERTED else _who(judged)}"
    return TraceStep(step=kind.name.lower(), says=says, at=fact[1], details=(named | judged) or None)


def _who(judged: Mapping[str, Any]) -> str:
    return f" By a {judged['label']}, say rules {judged['rules']}." if judged else ""


def _credit(detail: Mapping[str, Any]) -> str:
    weight = detail.get("weight")
    return "" if weight is None else f" Of its value, {weight / 100:g} % is credited to this message."


def _in_words(cap: FrequencyCap) -> str:
    by = f" by {cap.channel}" if cap.channel else ""
    of = f" of campaigns of type {cap.campaign_type}" if cap.campaign_type else ""
    return f"{cap.messages} messages{by}{of} in {cap.days} days"
