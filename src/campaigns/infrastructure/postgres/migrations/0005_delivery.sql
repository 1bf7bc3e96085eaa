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
  detail       text
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
  done_to      integer not null,           -- outcome durable up to here
  sent         integer not null default 0,
  failed       integer not null default 0,
  skipped      integer not null default 0,
  uncertain    integer not null default 0,
  cancelled    integer not null default 0,
  attempts     integer not null default 0,
  worker       text,
  fence        bigint not null default 0,
  lease_until  timestamptz,
  primary key (execution_no, batch_no)
);
create index batches_claimable on batches (release_at) where state in ('waiting', 'sending');
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

-- Facts about ranges of the plan: everybody in it was sent (less those with a fact of their own in message_facts).
create table message_ranges (
  append_no    bigint not null,
  execution_no integer not null,
  seq_from     integer not null,
  seq_to       integer not null,
  kind         smallint not null,
  at           timestamptz not null,
  primary key (append_no, execution_no, seq_from)
);

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
