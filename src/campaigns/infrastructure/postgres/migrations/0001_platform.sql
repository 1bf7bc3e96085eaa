-- Two roles that own nothing. `campaigns_app` serves requests and sees one tenant at a time (the setting
-- campaigns.tenant); `campaigns_system` runs workers, relay and projectors across tenants. Neither is a superuser,
-- neither bypasses row-level security: what they see is what the policies below say.
do $$
begin
  if not exists (select from pg_roles where rolname = 'campaigns_app') then
    create role campaigns_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'campaigns_system') then
    create role campaigns_system nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
exception when duplicate_object then null;  -- another database of the same cluster migrates at this moment
end $$;

grant usage on schema public to campaigns_app, campaigns_system;

create function current_tenant() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('campaigns.tenant', true), '') $$;

-- Every tenant table is protected by this one procedure, so that no table forgets a part of it.
create procedure protect_tenant_table(protected regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', protected);
  execute format('alter table %s force row level security', protected);
  execute format('create policy one_tenant on %s to campaigns_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', protected);
  execute format('create policy all_tenants on %s to campaigns_system using (true) with check (true)', protected);
  execute format('grant select, insert, update, delete on %s to campaigns_app, campaigns_system', protected);
end $$;

create table tenants (
  tenant_id  text primary key check (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name       text not null,
  limits     jsonb not null default '{}',  -- overrides of the default limits, by name
  created_at timestamptz not null default now()
);
call protect_tenant_table('tenants');

create table api_keys (
  tenant_id    text not null references tenants,
  key_id       text primary key,
  name         text not null,
  secret_hash  bytea not null,             -- sha256 of a 256-bit random secret
  scopes       text[] not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
call protect_tenant_table('api_keys');

create table idempotency_keys (
  tenant_id    text not null,
  principal    text not null,
  route        text not null,
  key          text not null,
  fingerprint  bytea not null,             -- sha256 of method, path and body
  status       smallint,                   -- null while the first request is still running
  headers      jsonb,
  body         bytea,
  locked_until timestamptz not null,       -- a crashed first request frees its key at this instant
  created_at   timestamptz not null default now(),
  primary key (tenant_id, principal, route, key)
);
call protect_tenant_table('idempotency_keys');

-- Set-wide rules: one row per claimed key, written in the transaction of the events that claim it.
create table reservations (
  tenant_id text not null,
  kind      text not null,                 -- campaign_name, running_campaign, segment_name …
  key       text not null,
  holder    uuid not null,
  primary key (tenant_id, kind, key)
);
create index reservations_by_holder on reservations (holder);
call protect_tenant_table('reservations');
