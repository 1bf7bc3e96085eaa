"""The ledger's SQL, a sentence for each decision."""

from typing import LiteralString

# One batch: first what a dead worker left, then what is released, from the execution of which the fewest batches are
# being sent. Locks of candidates that were not chosen end with this short transaction.
CLAIM: LiteralString = """
with left_behind as (
  select b.execution_no, b.batch_no, true as crashed
    from batches b
   where b.state = 'sending' and b.lease_until < now()
   limit 1 for update skip locked
), released as (
  select b.execution_no, b.batch_no, false as crashed
    from (select e.execution_no, e.status, e.lateness,
                 (select count(*) from batches s where s.execution_no = e.execution_no and s.state = 'sending') as busy
            from executions e where e.status = 'running' or (e.resending and e.status = 'completed')) e
   cross join lateral (
         select w.execution_no, w.batch_no from batches w
          where w.execution_no = e.execution_no and w.state = 'waiting' and w.release_at <= now()
            and (w.resend or (e.status = 'running' and (e.lateness is null or w.release_at > now() - e.lateness)))
          order by w.batch_no limit 1 for update skip locked) b
   order by e.busy, random() limit 1
), chosen as (
  select * from left_behind union all select * from released limit 1
)
update batches b
   set state = 'sending', worker = %(worker)s, fence = b.fence + 1, appended = 0, granted = false,
       claimed_at = now(), lease_until = now() + make_interval(secs => %(lease)s)
  from chosen, executions e
 where b.execution_no = chosen.execution_no and b.batch_no = chosen.batch_no and e.execution_no = b.execution_no
returning b.tenant_id, e.campaign_id, e.execution_id, b.execution_no, b.batch_no, b.seq_from, b.seq_to, b.intended_to,
          b.fence, b.deferred, chosen.crashed, b.resend,
          e.status = 'running' or (b.resend and e.status = 'completed'), e.edition"""

BRIEF: LiteralString = "select brief from executions where execution_no = %s"

PLAN: LiteralString = """
select seq, user_id, variant, channel from messages
 where execution_no = %(no)s and page between %(seq_from)s >> 6 and %(seq_to)s >> 6
   and seq between %(seq_from)s and %(seq_to)s order by seq"""

# The last word on each message that was intended: 10 deferred; 4 uncertain; 8, 9, 11 intents; null nothing.
UNSETTLED: LiteralString = """
select m.seq, m.user_id, m.variant, m.channel, fact.kind, fact.detail
  from messages m
  left join lateral (
    select f.kind, f.detail from message_facts f
     where f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (1, 2, 3, 4, 5, 8, 9, 10, 11)
     order by f.append_no desc limit 1) fact on true
  left join lateral (
    select r.seq_to from message_ranges r
     where r.execution_no = m.execution_no and r.seq_from <= m.seq
     order by r.seq_from desc limit 1) stretch on stretch.seq_to >= m.seq
 where m.execution_no = %(no)s and m.page between %(seq_from)s >> 6 and %(intended_to)s >> 6
   and m.seq between %(seq_from)s and %(intended_to)s
   and (fact.kind = 10
        or (%(crashed)s and (fact.kind in (8, 9, 11) or (fact.kind is null and stretch.seq_to is null)))
        or (%(resend)s and fact.kind = 4))
 order by m.seq"""

HOLD: LiteralString = """
select b.appended, b.granted, e.status = 'running' or (b.resend and e.status = 'completed')
  from batches b join executions e on e.execution_no = b.execution_no
 where b.execution_no = %(no)s and b.batch_no = %(batch)s and b.fence = %(fence)s and b.state = 'sending'
   for update of b"""

COUNT: LiteralString = """
update batches
   set appended = %(number)s, granted = %(granted)s, lease_until = now() + make_interval(secs => %(lease)s),
       intended_to = greatest(intended_to, %(intended_to)s), sent = sent + %(sent)s, failed = failed + %(failed)s,
       skipped = skipped + %(skipped)s, uncertain = uncertain + %(uncertain)s, deferred = deferred + %(deferred)s
 where execution_no = %(no)s and batch_no = %(batch)s"""

NEXT_APPEND: LiteralString = "update ledger_head set append_no = append_no + 1 returning append_no"

RANGES: LiteralString = """
insert into message_ranges (append_no, execution_no, seq_from, seq_to, kind, at)
select %s, %s, stretch.seq_from, stretch.seq_to, 1, now()
  from unnest(%s::integer[], %s::integer[]) as stretch (seq_from, seq_to)"""

FACTS: LiteralString = """
insert into message_facts (append_no, execution_no, seq, kind, at, detail)
select %s, %s, fact.seq, fact.kind, now(), fact.detail
  from unnest(%s::integer[], %s::smallint[], %s::jsonb[]) as fact (seq, kind, detail)"""

GIVE_BACK: LiteralString = """
update batches b
   set state = case when settled then 'done' when ended then 'cancelled' else 'waiting' end,
       cancelled = case when ended and not settled then open else cancelled end,
       deferred = case when ended or settled then 0 else deferred end,
       resend = resend and not settled and not ended,
       release_at = coalesce(%(not_before)s, release_at), worker = null, lease_until = null
  from (select w.execution_no, w.batch_no,
               w.sent + w.failed + w.skipped + w.uncertain = w.seq_to - w.seq_from + 1 as settled,
               w.seq_to - w.seq_from + 1 - w.sent - w.failed - w.skipped - w.uncertain as open,
               e.status in ('cancelled', 'failed') as ended
          from batches w join executions e on e.execution_no = w.execution_no
         where w.execution_no = %(no)s and w.batch_no = %(batch)s for update of w) found
 where b.execution_no = found.execution_no and b.batch_no = found.batch_no and b.fence = %(fence)s
   and b.state = 'sending'"""

POSTPONE: LiteralString = """
update batches set release_at = %(until)s
 where execution_no = %(no)s and state = 'waiting' and release_at < %(until)s"""

WAITS_FOR: LiteralString = "update executions set waiting_for = %(because)s where execution_no = %(no)s"

SPENT: LiteralString = """
select coalesce(sum(b.cost), 0)::float8 from batches b join executions e on e.execution_no = b.execution_no
 where e.campaign_id = %s and b.claimed_at is not null"""

IS_DRAINED: LiteralString = """
select not exists (select from batches where execution_no = %s and state in ('waiting', 'sending'))"""
