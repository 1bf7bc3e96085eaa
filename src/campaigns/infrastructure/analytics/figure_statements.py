"""The SQL behind figures. Parts nobody asked for are null, so that one statement answers every breakdown."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from campaigns.application.analytics.figures import Dimension

# A campaign of the tenant has events that the tenant can see, and nobody else can.
EXISTS = b"select from events where originator_id = %(campaign)s limit 1"

_PARTS = """
    case when %(execution)s then f.execution_no end,
    s.segment_id, s.name,
    case when %(variant)s and f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'variant_id' end,
    case when %(variant)s and f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'name' end,
    case when %(channel)s and f.channel >= 0 then f.channel end,
    case when %(hour)s then f.hour when %(day)s then date_trunc('day', f.hour, %(zone)s) end"""

# Who is in several segments counts in each of them.
_JOINED = """
  left join executions e on e.execution_no = f.execution_no
  left join execution_segments s on %(segment)s and s.execution_no = f.execution_no
                                and (f.segments >> s.number) & 1 = 1"""

COUNTS = f"""
with figures as (
  select execution_no, variant, channel, segments, hour, kind, total, uniques, machine_total, machine_uniques
    from campaign_metrics join metric_generations on generation = active
   where campaign_id = %(campaign)s
  union all
  select null, variant, channel, 0, date_trunc('hour', at, %(zone)s), given.kind, given.number, 0, 0, 0
    from metric_reports cross join lateral
         (values ('impressions', impressions), ('clicked', clicks), ('converted', conversions)) given (kind, number)
   where campaign_id = %(campaign)s and given.number > 0
)
select {_PARTS}, f.kind, sum(f.total), sum(f.uniques), sum(f.machine_total), sum(f.machine_uniques)
  from figures f {_JOINED}
 group by 1, 2, 3, 4, 5, 6, 7, 8""".encode()

# What sending cost is known by batch: of a variant, a channel, a segment or an hour it is not known.
AMOUNTS = f"""
with amounts as (
  select execution_no, variant, channel, segments, hour, kind, currency, amount
    from campaign_amounts join metric_generations on generation = active
   where campaign_id = %(campaign)s
  union all
  select null, variant, channel, 0, date_trunc('hour', at, %(zone)s), given.kind, currency, given.amount
    from metric_reports cross join lateral (values ('revenue', revenue), ('cost', cost)) given (kind, amount)
   where campaign_id = %(campaign)s and given.amount is not null
  union all
  select b.execution_no, -1, -1, 0, null, 'cost', x.brief->'budget'->>'currency',
         sum(b.cost)
    from batches b join executions x on x.execution_no = b.execution_no
   where x.campaign_id = %(campaign)s and x.brief->'budget'->>'currency' is not null and b.cost > 0
     and not (%(variant)s or %(channel)s or %(segment)s or %(hour)s or %(day)s)
   group by b.execution_no, x.brief->'budget'->>'currency'
)
select {_PARTS}, f.kind, f.currency, sum(f.amount)
  from amounts f {_JOINED}
 group by 1, 2, 3, 4, 5, 6, 7, 8, 9""".encode()

# Counts and amounts of the whole campaign in one round trip.
TOTALS = f"""
select kind, total, uniques, machine_total, machine_uniques, null, null
  from ({COUNTS.decode()}) counted
       (run, segment_id, segment, variant_id, variant, channel, hour, kind, total, uniques, machine_total,
        machine_uniques)
union all
select kind, 0, 0, 0, 0, currency, amount
  from ({AMOUNTS.decode()}) earned
       (run, segment_id, segment, variant_id, variant, channel, hour, kind, currency, amount)""".encode()

# What was declared last: the events of a campaign are its tenant's alone.
WINNER = b"""
select convert_from(state, 'UTF8')::jsonb->'data'->>'variant_id' from events
 where originator_id = %(campaign)s and topic = 'campaign.winner_declared' order by originator_version desc limit 1"""

# The zone of the campaign's schedule, as its newest run has it.
ZONE = b"""
select coalesce((select brief->>'zone' from executions
                  where campaign_id = %(campaign)s and brief is not null order by created_at desc limit 1),
                (select schedule->>'timezone' from campaign_listing where campaign_id = %(campaign)s), 'UTC')"""

RUNS = (
    b"select execution_no, execution_id from executions where campaign_id = %(campaign)s and execution_no is not null"
)

# Who is held out has no variant; a test's control is one, and is compared in the test.
POPULATION = b"""
select coalesce(sum(audience), 0), coalesce(sum(holdout), 0),
       (select coalesce(sum(uniques), 0) from campaign_metrics join metric_generations on generation = active
         where campaign_id = %(campaign)s and kind = 'holdout_converted' and variant < 0)
  from executions where campaign_id = %(campaign)s"""


def asked(
    campaign_id: UUID, by: Sequence[Dimension] = (), *, hourly: bool = False, daily: bool = False, zone: str = "UTC"
) -> dict[str, Any]:
    """What the statements are told: which parts are wanted."""
    parts = {dimension.value: dimension in by for dimension in Dimension}
    return {"campaign": campaign_id, "hour": hourly, "day": daily, "zone": zone, **parts}
