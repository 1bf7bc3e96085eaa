-- The ledger. `executions` is the row beside each Execution aggregate, written in the transaction of its events.
create sequence small_execution_no as integer minvalue 1 maxvalue 1073741823;
create sequence large_execution_no as integer minvalue 1073741824;
grant usage on small_execution_no, large_execution_no to campaigns_system;

create table executions (
  tenant_id    text not null,
  execution_id uuid primary key,
  execution_no integer unique,             -- given when the plan is stored; large ones have a partition of their own
  campaign_id  uuid not null,
  kind         text not null,              -- scheduled, triggered, manual, recurring
  status       text not null,              -- pending, running, paused, completed, failed, cancelled
  planned_for  timestamptz not null,
  audience     bigint not null default 0,  -- identity: audience = holdout + control + skipped (at plan time) + batches
  holdout      bigint not null default 0,
  control      bigint not null default 0,
  skipped      bigint not null default 0,
  started_at   timestamptz,
  finished_at  timestamptz,
  created_at   timestamptz not null,
  detail       text,                       -- why it is paused, failed or cancelled
  waiting_for  text,                       -- what keeps released batches from leaving (a provider that is away)
  lateness     interval,                   -- a batch that leaves later than this must be paced again; null: never
  resending    boolean not null default false,  -- an operator asked for its uncertain messages to be sent again
  brief        jsonb                       -- the frozen order, without people: content, throttle, windows, budget
);
create index executions_by_campaign on executions (tenant_id, campaign_id, created_at);
create index executions_open on executions (status) where status in ('pending', 'running', 'paused');
call protect_tenant_table('executions');

-- The plan: one immutable row per person. seq > 0: to be sent, in batch order; seq < 0: decided at planning not to be
-- sent (holdout, control, skipped), `reason` says why. Message id and tracking token derive from (execution_no, seq).
create table messages (
  execution_no integer not null,
  seq          integer not null,
  variant      smallint not null,          -- index into the execution's variants, -1 for none
  channel      smallint not null,          -- index into the channel catalogue, -1 for none
  reason       smallint not null,          -- 0: to be sent; else index into the skip reasons
  user_id      text not null
) partition by range (execution_no);

create table messages_small partition of messages for values from (0) to (1073741824);
alter table messages add primary key (execution_no, seq);

create table batches (
  tenant_id    text not null,
  execution_no integer not null references executions (execution_no),
  batch_no     integer not null,
  seq_from     integer not null,
  seq_to       integer not null,           -- inclusive
  release_at   timestamptz not null,
  state        text not null default 'waiting',  -- waiting, sending, done, cancelled
  intended_to  integer not null,           -- handed over at most up to here (intent before effect)
  sent         integer not null default 0, -- durable outcomes; those intended and in none of them are being sent
  failed       integer not null default 0,
  skipped      integer not null default 0,
  uncertain    integer not null default 0,
  deferred     integer not null default 0, -- refused for now by the provider: waiting again
  cancelled    integer not null default 0,
  cost         numeric not null default 0, -- planned, in the currency of the budget
  resend       boolean not null default false,  -- an operator asked for its uncertain ones to be sent again
  worker       text,
  fence        bigint not null default 0,  -- one more with every claim: an outlived worker's appends are refused
  appended     integer not null default 0, -- appends of the present claim, so that a repeated one is seen
  granted      boolean not null default false,  -- what the last of them was answered
  claimed_at   timestamptz,
  lease_until  timestamptz,
  primary key (execution_no, batch_no),
  unique (execution_no, seq_from)
) with (fillfactor = 60);                  -- a batch is updated some dozen times: room for that in its page
create index batches_waiting on batches (execution_no, batch_no) where state = 'waiting';
create index batches_sending on batches (execution_no) where state = 'sending';
call protect_tenant_table('batches');

-- What happened to people, append only. Every append takes the next number of ledger_head and holds that row until
-- commit: followers (relay, metrics) read by append_no without gaps.
create table ledger_head (
  only_row boolean primary key default true check (only_row),
  append_no bigint not null
);
insert into ledger_head (append_no) values (0);
grant select, update on ledger_head to campaigns_system;
grant select on ledger_head to campaigns_app;

-- Facts about ranges of the plan: everybody in it was sent. Ranges of one execution never overlap.
create table message_ranges (
  append_no    bigint not null,
  execution_no integer not null,
  seq_from     integer not null,
  seq_to       integer not null,
  kind         smallint not null,
  at           timestamptz not null,
  primary key (execution_no, seq_from)
);
create index message_ranges_by_append on message_ranges (append_no);

create table message_facts (
  append_no       bigint not null,
  execution_no    integer not null,
  seq             integer not null,
  kind            smallint not null,       -- index into the fact kinds
  at              timestamptz not null,
  source_event_id text,                    -- the outside event that said so; the same one twice counts once
  detail          jsonb
) partition by range (at);
create table message_facts_default partition of message_facts default;
create index message_facts_by_append on message_facts (append_no);
create index message_facts_by_message on message_facts (execution_no, seq);

-- Ledger tables name their tenant through their execution: 4 bytes a recipient less, and one place to be wrong in.
do $$
declare ledger_table text;
begin
  foreach ledger_table in array array['messages', 'message_ranges', 'message_facts'] loop
    execute format('alter table %I enable row level security', ledger_table);
    execute format('alter table %I force row level security', ledger_table);
    execute format('create policy one_tenant on %I to campaigns_app using (execution_no in (select execution_no from executions))', ledger_table);
    execute format('create policy all_tenants on %I to campaigns_system using (true) with check (true)', ledger_table);
    execute format('grant select on %I to campaigns_app', ledger_table);
    execute format('grant select, insert on %I to campaigns_system', ledger_table);
  end loop;
end $$;

-- A large execution gets a partition of its own, in the transaction that stores the plan: made fresh, filled with
-- COPY FREEZE, indexed after the rows, then attached. Making and attaching tables is the owner's right, so these two
-- functions run as the owner; they make nothing but `messages_<number>`, and only for numbers of large executions.
create function create_messages_partition(of_execution integer) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare partition_name text := 'messages_' || of_execution;
begin
  if of_execution < 1073741824 then
    raise exception 'execution % belongs to messages_small', of_execution;
  end if;
  execute format(
    'create table public.%I (execution_no integer not null default %s, seq integer not null, variant smallint not null, '
    'channel smallint not null, reason smallint not null, user_id text not null, check (execution_no = %s))',
    partition_name, of_execution, of_execution);
  execute format('grant insert on public.%I to campaigns_system', partition_name);
  return partition_name;
end $$;

create function attach_messages_partition(of_execution integer) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare partition_name text := 'messages_' || of_execution;
begin
  if of_execution < 1073741824 then
    raise exception 'execution % belongs to messages_small', of_execution;
  end if;
  execute format('alter table public.%I add primary key (execution_no, seq)', partition_name);
  execute format('revoke insert on public.%I from campaigns_system', partition_name);
  execute format('alter table public.messages attach partition public.%I for values from (%s) to (%s)',
                 partition_name, of_execution, of_execution + 1);
end $$;

revoke all on function create_messages_partition(integer), attach_messages_partition(integer) from public;
grant execute on function create_messages_partition(integer), attach_messages_partition(integer) to campaigns_system;

-- Where everybody stands: the fold of plan, batch, ranges and facts. `outcome` is what we know of the hand-over (the
-- last word of ours); `state` adds what the provider reported later (6 delivered, 7 bounced; the numbers are the fact kinds).
create view message_state with (security_invoker = true) as
select m.execution_no, m.seq, m.user_id, m.variant, m.channel, m.reason,
       batch.batch_no, batch.release_at, said.at, said.detail,
       told.outcome,
       case when feedback.kind = 6 and told.outcome in ('sent', 'sending', 'uncertain') then 'delivered'
            when feedback.kind = 7 and told.outcome in ('sent', 'sending', 'uncertain') then 'bounced'
            else told.outcome end as state
  from messages m
  left join lateral (
    select b.batch_no, b.release_at, b.state, b.intended_to from batches b
     where b.execution_no = m.execution_no and m.seq > 0 and b.seq_from <= m.seq
     order by b.seq_from desc limit 1) batch on true
  left join lateral (
    select f.kind, f.at, f.detail, f.append_no from message_facts f
     where f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (1, 2, 3, 4, 5, 8, 9, 10, 11)
     order by f.append_no desc limit 1) fact on true
  left join lateral (
    select f.kind from message_facts f
     where f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (6, 7)
     order by f.append_no desc limit 1) feedback on true
  left join lateral (
    select r.append_no, r.at, r.seq_to from message_ranges r
     where r.execution_no = m.execution_no and r.seq_from <= m.seq
     order by r.seq_from desc limit 1) stretch on stretch.seq_to >= m.seq
 cross join lateral (
    select case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.kind
                when stretch.append_no is not null then 1 end as kind,
           case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.at else stretch.at end as at,
           case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.detail end as detail) said
 cross join lateral (
    select case when m.reason = 1 then 'holdout'
                when m.reason = 2 then 'control'
                when m.reason > 2 then 'skipped'
                when said.kind = 1 then 'sent'
                when said.kind = 2 then 'failed'
                when said.kind = 3 then 'skipped'
                when said.kind = 4 then 'uncertain'
                when said.kind = 5 then 'cancelled'
                when said.kind in (8, 9, 11) then 'sending'
                when batch.state = 'cancelled' then 'cancelled'
                when said.kind = 10 then 'waiting'
                when m.seq <= batch.intended_to then 'sending'
                else 'waiting' end as outcome) told;
grant select on message_state to campaigns_app, campaigns_system;

-- Counters of one execution, as one row of the identity.
create view execution_accounting with (security_invoker = true) as
select e.tenant_id, e.execution_id, e.execution_no, e.audience, e.holdout, e.control,
       e.skipped + coalesce(sum(b.skipped), 0) as skipped,
       coalesce(sum(case when b.state in ('waiting', 'sending') then b.seq_to - b.intended_to + b.deferred else 0 end), 0) as waiting,
       coalesce(sum(case when b.state in ('waiting', 'sending')
           then b.intended_to - b.seq_from + 1 - b.sent - b.failed - b.skipped - b.uncertain - b.deferred else 0 end), 0) as sending,
       coalesce(sum(b.sent), 0) as sent,
       coalesce(sum(b.failed), 0) as failed,
       coalesce(sum(b.uncertain), 0) as uncertain,
       coalesce(sum(b.cancelled), 0) as cancelled
  from executions e left join batches b on b.execution_no = e.execution_no
 group by e.execution_id;
grant select on execution_accounting to campaigns_app, campaigns_system;
