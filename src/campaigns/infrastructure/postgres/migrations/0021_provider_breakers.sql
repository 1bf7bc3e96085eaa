-- What the workers say of providers that are away: one row for each process whose breaker is open, gone when it closes.
-- A process that ended leaves a row behind, whose time runs out.
create table provider_breakers (
  provider text not null,
  process  text not null,
  reason   text not null,
  since    timestamptz not null default now(),
  until    timestamptz not null,           -- when it tries again, with a handful
  primary key (provider, process)
);
grant select, insert, update, delete on provider_breakers to campaigns_system;
