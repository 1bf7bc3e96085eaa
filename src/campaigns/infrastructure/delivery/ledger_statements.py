"""The ledger's SQL, a sentence for each decision."""

from typing import LiteralString

# One batch: first what a dead worker left, then what is released: of the tenant that was served least for its weight,
# from the execution of which the fewest batches are being sent. Candidates are looked at one by one, in that order, and
# only the chosen batch is locked. Who had nothing to send saves up no more than the largest batch (start-time fair
# queueing: `served` is a tenant's virtual time, and none is further behind than that).
CLAIM: LiteralString = """
with left_behind as (
  select b.execution_no, b.batch_no, true as crashed, b.claimed_at as left_at
    from batches b
   where b.state = 'sending' and b.lease_until < now()
   limit 1 for update skip locked
), busy as materialized (
  select execution_no, count(*) as batches from batches where state = 'sending' group by execution_no
), latest as materialized (
  select coalesce(max(served), 0) - 1000 as floor from sending_shares
), candidates as (
  select e.execution_no, e.status, e.lateness, e.canary_to, e.rest_held
    from executions e
   cross join latest
    left join busy on busy.execution_no = e.execution_no
    left join sending_shares share on share.tenant_id = e.tenant_id
   where (e.status = 'running' or (e.resending and e.status = 'completed'))
     and (e.held_until is null or e.held_until <= now())
   order by greatest(share.served, latest.floor), coalesce(busy.batches, 0), random()
), released as (
  select w.execution_no, w.batch_no, false as crashed, null::timestamptz as left_at
    from candidates e
   cross join lateral (
         select w.execution_no, w.batch_no from batches w
          where w.execution_no = e.execution_no and w.state = 'waiting' and w.release_at <= now()
            and (w.resend or (e.status = 'running' and w.batch_no <= coalesce(e.canary_to, w.batch_no)
                              and not (e.rest_held and w.seq_from >= 1073741824)
                              and (e.lateness is null or w.release_at > now() - e.lateness)))
          order by w.release_at, w.batch_no limit 1 for update skip locked) w
   limit 1
), chosen as (
  select * from left_behind union all select * from released limit 1
), claimed as (
  update batches b
     set state = 'sending', worker = %(worker)s, fence = b.fence + 1, appended = 0, granted = false,
         claimed_at = case when chosen.crashed then b.claimed_at else now() end,
         lease_until = now() + make_interval(secs => %(lease)s)
    from chosen, executions e
   where b.execution_no = chosen.execution_no and b.batch_no = chosen.batch_no and e.execution_no = b.execution_no
  returning b.tenant_id, e.campaign_id, e.execution_id, b.execution_no, b.batch_no, b.seq_from, b.seq_to, b.intended_to,
            b.fence, b.deferred, chosen.crashed, b.resend,
            e.status = 'running' or (b.resend and e.status = 'completed'), e.edition, chosen.left_at
), charge as (
  select c.tenant_id, greatest(c.seq_to - c.intended_to + c.deferred, 1)
                      / greatest(coalesce((t.limits->>'sending_weight')::float8, 1), 1) as cost
    from claimed c left join tenants t on t.tenant_id = c.tenant_id
), served as (
  insert into sending_shares (tenant_id, served)
  select charge.tenant_id, latest.floor + charge.cost from charge cross join latest
      on conflict (tenant_id) do update
     set served = greatest(sending_shares.served, (select floor from latest)) + (select cost from charge)
)
select * from claimed"""

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

# One append in one statement: hold the batch, move its counters and lease, number what is told (every append waits for
# the holder of that row), write it. A repeated entry, and one of an outlived claim, changes nothing. `limit 1` tells
# the planner that there is one number: otherwise it thinks a new plan cheaper each time, and that costs most of all.
APPEND: LiteralString = """
with held as (
  select b.execution_no, b.batch_no, b.appended, b.granted,
         e.status = 'running' or (b.resend and e.status = 'completed') as may_send
    from batches b join executions e on e.execution_no = b.execution_no
   where b.execution_no = %(no)s and b.batch_no = %(batch)s and b.fence = %(fence)s and b.state = 'sending'
     for update of b
), counted as (
  update batches b
     set appended = %(number)s, granted = h.may_send, lease_until = now() + make_interval(secs => %(lease)s),
         intended_to = case when h.may_send then greatest(b.intended_to, %(intended_to)s) else b.intended_to end,
         sent = b.sent + %(sent)s, failed = b.failed + %(failed)s, skipped = b.skipped + %(skipped)s,
         uncertain = b.uncertain + %(uncertain)s, cost = b.cost + %(cost)s, reserved = b.reserved - %(cost)s,
         deferred = b.deferred + %(deferred)s + case when h.may_send then %(taken_up)s else 0 end
    from held h
   where b.execution_no = h.execution_no and b.batch_no = h.batch_no and h.appended < %(number)s
  returning b.execution_no, b.granted
), numbered as (
  update ledger_head set append_no = append_no + 1
    from counted where %(tells)s or (counted.granted and %(intends)s)
  returning append_no, counted.execution_no, counted.granted
), stretches as (
  insert into message_ranges (append_no, execution_no, seq_from, seq_to, kind, at)
  select n.append_no, n.execution_no, stretch.seq_from, stretch.seq_to, 1, now()
    from (select * from numbered limit 1) n,
         unnest(%(seqs_from)s::integer[], %(seqs_to)s::integer[]) as stretch (seq_from, seq_to)
), facts as (
  insert into message_facts (append_no, execution_no, seq, kind, at, detail)
  select n.append_no, n.execution_no, fact.seq, fact.kind, now(), fact.detail
    from (select * from numbered limit 1) n,
         jsonb_to_recordset(%(facts)s::jsonb) as fact (seq integer, kind smallint, detail jsonb, intent boolean)
   where n.granted or not fact.intent
)
select case when appended < %(number)s then may_send else granted end from held"""

# What the claim held and did not spend is the campaign's again.
GIVE_BACK: LiteralString = """
with given as (
update batches b
   set state = case when settled then 'done' when ended then 'cancelled' else 'waiting' end,
       cancelled = case when ended and not settled then open else cancelled end,
       deferred = case when ended or settled then 0 else deferred end,
       resend = resend and not settled and not ended,
       release_at = coalesce(%(not_before)s, release_at), worker = null, lease_until = null, reserved = 0
  from (select w.execution_no, w.batch_no, w.reserved, e.tenant_id, e.campaign_id,
               w.sent + w.failed + w.skipped + w.uncertain = w.seq_to - w.seq_from + 1 as settled,
               w.seq_to - w.seq_from + 1 - w.sent - w.failed - w.skipped - w.uncertain as open,
               e.status in ('cancelled', 'failed') as ended
          from batches w join executions e on e.execution_no = w.execution_no
         where w.execution_no = %(no)s and w.batch_no = %(batch)s for update of w) found
 where b.execution_no = found.execution_no and b.batch_no = found.batch_no and b.fence = %(fence)s
   and b.state = 'sending'
returning found.tenant_id, found.campaign_id, found.reserved
), freed as (
  insert into campaign_spending as present (tenant_id, campaign_id, committed)
  select tenant_id, campaign_id, -reserved from given where reserved <> 0
  on conflict (campaign_id) do update set committed = present.committed + excluded.committed
)
select from given"""

# The longest hold counts, and is the one that is told.
POSTPONE: LiteralString = """
update executions set held_until = %(until)s, waiting_for = %(because)s
 where execution_no = %(no)s and (held_until is null or held_until < %(until)s)"""

IS_DRAINED: LiteralString = """
select not exists (select from batches where execution_no = %s and state in ('waiting', 'sending'))"""
