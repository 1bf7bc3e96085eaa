"""The SQL behind tests. The rest of a test begins at message 1073741824; what it did is not in the test."""

from typing import LiteralString

BEGIN: LiteralString = """
insert into variant_tests (tenant_id, execution_id, campaign_id) values (%(tenant)s, %(campaign)s, %(campaign)s)
on conflict (execution_id) do nothing"""

RUN: LiteralString = """
select t.execution_id, e.execution_no, e.status, coalesce(e.started_at, t.begun_at) as began_at, e.brief,
       coalesce(e.control, 0) as control, coalesce(e.rest_held, false) as rest_held, t.ends_at,
       counted.sample, counted.untold, counted.rest
  from variant_tests t left join executions e on e.execution_id = t.execution_id
 cross join lateral (
       select coalesce(sum(seq_to - seq_from + 1) filter (where seq_from < 1073741824), 0)::bigint as sample,
              coalesce(sum(seq_to - seq_from + 1 - sent - failed - skipped - uncertain)
                         filter (where seq_from < 1073741824 and state in ('waiting', 'sending')), 0)::bigint as untold,
              coalesce(sum(seq_to - seq_from + 1) filter (where seq_from >= 1073741824), 0)::bigint as rest
         from batches where execution_no = e.execution_no) counted
 where t.campaign_id = %(campaign)s and (%(execution)s::uuid is null or t.execution_id = %(execution)s)
 order by t.begun_at desc, t.execution_id desc limit 1"""

# Of one run, or (no number) of all runs of the campaign.
FIGURES: LiteralString = """
select variant, kind, sum(uniques)::bigint as people
  from campaign_metrics join metric_generations on generation = active
 where campaign_id = %(campaign)s and (%(no)s::integer is null or execution_no = %(no)s) and kind = any(%(kinds)s)
 group by variant, kind"""

# By person, because their squares are needed; a fact that was told twice counts once, with the part of the amount that
# is its message's. Amounts of the currency that most are in: sums of several say nothing. To be
# asked as the system: row-level security lets no look at a plan use the number of its page.
REVENUE: LiteralString = """
with told as (
  select distinct f.execution_no, f.seq, f.source_event_id, f.detail ->> 'currency' as currency,
         credited_amount(f.detail) as amount
    from message_facts f join executions e on e.execution_no = f.execution_no
   where e.tenant_id = %(tenant)s and e.campaign_id = %(campaign)s
     and (%(no)s::integer is null or f.execution_no = %(no)s) and f.kind = 22 and f.detail ? 'amount'
), spent as (
  select execution_no, seq, sum(amount) as amount from told
   where currency is not distinct from (select mode() within group (order by currency) from told)
   group by execution_no, seq
)
select planned.variant, count(*) as people, sum(spent.amount) as total, sum(spent.amount * spent.amount) as squares
  from spent cross join lateral message_at(spent.execution_no, spent.seq) planned
 group by planned.variant"""

# How many of all messages each variant was meant to get, whatever the shares were when each run began.
MEANT: LiteralString = """
select (share.place - 1)::integer as variant, sum(sent.people * (share.said ->> 'allocation')::float8) as meant
  from (select execution_no, sum(uniques) as people
          from campaign_metrics join metric_generations on generation = active
         where campaign_id = %(campaign)s and kind = 'sent' group by execution_no) sent
  join executions e on e.execution_no = sent.execution_no
 cross join lateral jsonb_array_elements(e.brief -> 'variants') with ordinality as share (said, place)
 group by 1"""

CONTROL: LiteralString = "select coalesce(sum(control), 0)::bigint from executions where campaign_id = %(campaign)s"

DUE: LiteralString = """
update variant_tests t set looked_at = now()
  from (select execution_id from variant_tests
         where closed_at is null and (looked_at is null or looked_at <= now() - make_interval(secs => %(every)s))
         order by looked_at nulls first limit %(limit)s for update skip locked) due
 where t.execution_id = due.execution_id
returning t.tenant_id, t.campaign_id, t.execution_id"""

END: LiteralString = "update variant_tests set ends_at = %(at)s where execution_id = %(id)s and ends_at is null"
CLOSE: LiteralString = "update variant_tests set closed_at = now() where execution_id = %(id)s and closed_at is null"
