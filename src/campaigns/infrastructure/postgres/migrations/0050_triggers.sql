-- What people did outside, as their systems report it: each event id once, kept for EVENT_RETENTION_DAYS.
create table outside_events (
  tenant_id    text not null,
  event_no     bigint generated always as identity primary key,
  event_id     text not null,
  event_type   text not null,
  user_id      text not null,
  at           timestamptz not null,
  data         jsonb not null,
  received_at  timestamptz not null,
  unique (tenant_id, event_id)
);
create index outside_events_by_type on outside_events (tenant_id, event_type, event_no);
create index outside_events_by_user on outside_events (tenant_id, user_id, event_no);
create index outside_events_by_age on outside_events (received_at);
call protect_tenant_table('outside_events');

-- Those not evaluated yet. `log_position`: where the event log stood when it was stored; whoever evaluates it knows the
-- campaigns at least up to there, so that an activation which was answered is seen. `repeated`: told once more.
create table events_to_evaluate (
  tenant_id    text not null,
  event_no     bigint not null,
  log_position bigint not null,
  repeated     boolean not null,
  primary key (tenant_id, event_no)
);
call protect_tenant_table('events_to_evaluate');

-- The campaigns with triggers, from the event log: each state from position `since` until before `until` (null: now).
create table trigger_books (
  tenant_id    text not null,
  campaign_id  uuid not null,
  since        bigint not null,
  until        bigint,
  active       boolean not null,           -- false: paused
  orders       jsonb not null,             -- what its triggers say: domain.trigger.rules.TriggerOrders
  primary key (campaign_id, since)
);
create unique index trigger_books_now on trigger_books (tenant_id, campaign_id) where until is null;
call protect_tenant_table('trigger_books');

-- A tenant's books changed last at this position: who has read them at it need not read them again.
create table trigger_book_heads (
  tenant_id    text primary key,
  position     bigint not null
);
call protect_tenant_table('trigger_book_heads');

-- Which events of a type were evaluated together, against the books as they stood at `log_position`. A trigger of that
-- type says nothing more about an event when its condition was false, or when it was disabled: that follows from here.
create table trigger_evaluations (
  tenant_id     text not null,
  evaluation_no bigint generated always as identity primary key,
  event_type    text not null,
  at            timestamptz not null,
  log_position  bigint not null,
  first_event   bigint not null,
  last_event    bigint not null,
  event_nos     bigint[] not null          -- ascending
);
create index trigger_evaluations_by_type on trigger_evaluations (tenant_id, event_type, evaluation_no);
create index trigger_evaluations_by_event on trigger_evaluations (tenant_id, event_type, last_event);
call protect_tenant_table('trigger_evaluations');

-- What a trigger decided about an event whose condition held; `outcome` as in domain.trigger.outcomes. `due_at` is the
-- instant it counts at against the frequency limit; null: it does not count. `repeat`: 1 for an event told once more.
create table trigger_decisions (
  tenant_id    text not null,
  campaign_id  uuid not null,
  trigger_id   uuid not null,
  event_no     bigint not null,
  repeat       smallint not null default 0,
  user_id      text not null,
  outcome      smallint not null,
  detail       text,                       -- the ledger's reason, where that decided
  at           timestamptz not null,
  due_at       timestamptz,
  counts_until timestamptz,                -- end of the frequency window that began at due_at
  execution_id uuid,                       -- the run that takes it, or has taken it, into the ledger
  primary key (trigger_id, event_no, repeat)
) with (fillfactor = 85);
create index trigger_decisions_due on trigger_decisions (campaign_id, due_at) where due_at is not null and execution_id is null;
create index trigger_decisions_by_person on trigger_decisions (trigger_id, user_id, due_at) where due_at is not null;
create index trigger_decisions_by_run on trigger_decisions (execution_id) where execution_id is not null;
create index trigger_decisions_by_event on trigger_decisions (tenant_id, event_no);
create index trigger_decisions_by_time on trigger_decisions (campaign_id, at);
call protect_tenant_table('trigger_decisions');

-- When a campaign's people were gathered last; its row is held while they are. `execution_id`: the run that they were
-- gathered for, until it is begun; whoever finds it after a crash begins it.
create table trigger_gatherings (
  tenant_id    text not null,
  campaign_id  uuid primary key,
  gathered_at  timestamptz not null,
  execution_id uuid
);
create index trigger_gatherings_to_begin on trigger_gatherings (campaign_id) where execution_id is not null;
call protect_tenant_table('trigger_gatherings');
