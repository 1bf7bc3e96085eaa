-- Every attempt of one idempotent request runs as the same command, so that the event store recognises a retry whose
-- first attempt was committed and then lost its answer.
alter table idempotency_keys add column command_id uuid not null;
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- A repeated creation is known by its command.
alter table tenants add column command_id uuid;

-- The operator's own tenant is always there. Row-level security binds the owner too, so it steps aside for one row.
alter table tenants no force row level security;
insert into tenants (tenant_id, name) values ('default', 'Default') on conflict do nothing;
alter table tenants force row level security;
