-- Events of others that had their effect here: the same event again has none. `event_key` is a hash of its subject,
-- tenant, source and id, so that nothing personal stands here; rows are forgotten after INBOX_RETENTION_DAYS.
create table inbox (
  tenant_id   text not null,
  event_key   uuid primary key,
  subject     text not null,
  received_at timestamptz not null default now()
);
create index inbox_by_age on inbox using brin (received_at) with (pages_per_range = 32);
call protect_tenant_table('inbox');
