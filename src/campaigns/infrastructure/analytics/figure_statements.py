"""The SQL behind figures. Parts nobody asked for are null, so that one statement answers every breakdown."""

from collections.abc import Sequence

from campaigns.application.analytics.figures import Dimension

# A campaign of the tenant has events that the tenant can see, and nobody else can.
EXISTS = b"select from events where originator_id = %(campaign)s limit 1"

_PARTS = """
    case when %(execution)s then f.execution_no end,
    case when %(variant)s and f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'variant_id' end,
    case when %(variant)s and f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'name' end,
    case when %(channel)s and f.channel >= 0 then f.channel end,
    case when %(hour)s then f.hour end"""

COUNTS = f"""
with figures as (
  select execution_no, variant, channel, hour, kind, total, uniques, machine_total, machine_uniques
    from campaign_metrics join metric_generations on generation = active
   where campaign_id = %(campaign)s
  union all
  select null, variant, channel, date_trunc('hour', at, 'UTC'), given.kind, given.number, 0, 0, 0
    from metric_reports cross join lateral
         (values ('impressions', impressions), ('clicked', clicks), ('converted', conversions)) given (kind, number)
   where campaign_id = %(campaign)s and given.number > 0
)
select {_PARTS}, f.kind, sum(f.total), sum(f.uniques), sum(f.machine_total), sum(f.machine_uniques)
  from figures f left join executions e on e.execution_no = f.execution_no
 group by 1, 2, 3, 4, 5, 6""".encode()

# What sending cost is known by batch: of a variant, a channel or an hour it is not known.
AMOUNTS = f"""
with amounts as (
  select execution_no, variant, channel, hour, kind, currency, amount
    from campaign_amounts join metric_generations on generation = active
   where campaign_id = %(campaign)s
  union all
  select null, variant, channel, date_trunc('hour', at, 'UTC'), given.kind, currency, given.amount
    from metric_reports cross join lateral (values ('revenue', revenue), ('cost', cost)) given (kind, amount)
   where campaign_id = %(campaign)s and given.amount is not null
  union all
  select b.execution_no, -1, -1, null, 'cost', x.brief->'budget'->>'currency',
         sum(b.cost)
    from batches b join executions x on x.execution_no = b.execution_no
   where x.campaign_id = %(campaign)s and x.brief->'budget'->>'currency' is not null and b.cost > 0
     and not (%(variant)s or %(channel)s or %(hour)s)
   group by b.execution_no, x.brief->'budget'->>'currency'
)
select {_PARTS}, f.kind, f.currency, trim_scale(round(sum(f.amount), 4))
  from amounts f left join executions e on e.execution_no = f.execution_no
 group by 1, 2, 3, 4, 5, 6, 7""".encode()

# Counts and amounts of the whole campaign in one round trip.
TOTALS = f"""
select kind, total, uniques, machine_total, null, null
  from ({COUNTS.decode()}) counted
       (run, variant_id, variant, channel, hour, kind, total, uniques, machine_total, machine_uniques)
union all
select kind, 0, 0, 0, currency, amount
  from ({AMOUNTS.decode()}) earned (run, variant_id, variant, channel, hour, kind, currency, amount)""".encode()

RUNS = (
    b"select execution_no, execution_id from executions where campaign_id = %(campaign)s and execution_no is not null"
)

POPULATION = b"""
select coalesce(sum(audience), 0), coalesce(sum(holdout), 0),
       (select coalesce(sum(uniques), 0) from campaign_metrics join metric_generations on generation = active
         where campaign_id = %(campaign)s and kind = 'holdout_converted')
  from executions where campaign_id = %(campaign)s"""


def dimensions(by: Sequence[Dimension], *, hourly: bool) -> dict[str, bool]:
    """Which parts are asked for, as the statements take them."""
    return {dimension.value: dimension in by for dimension in Dimension} | {"hour": hourly}
