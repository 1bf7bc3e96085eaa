-- One log for every event-sourced aggregate of every context. The writer updates feed_head first and holds its row
-- until commit, so positions are without gaps and become visible in order: a follower that has seen n never misses
-- anything at or below n.
create table feed_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null
);
insert into feed_head (position) values (0);
grant select, update on feed_head to campaigns_system;
grant select on feed_head to campaigns_app;

create table events (
  position           bigint primary key,
  tenant_id          text not null,
  originator_id      uuid not null,
  originator_version integer not null,
  topic              text not null,        -- the stored event name, e.g. campaign.activated
  command_id         uuid not null,        -- the intention that caused it: the same one twice is a retry
  state              bytea not null,       -- JSON: recorded_at, metadata, data
  unique (originator_id, originator_version)
);
create index events_by_command on events (command_id);
call protect_tenant_table('events');
revoke update, delete on events from campaigns_app, campaigns_system;
revoke insert on events from campaigns_app;

create table snapshots (
  tenant_id          text not null,
  originator_id      uuid not null,
  originator_version integer not null,
  topic              text not null,
  state              bytea not null,
  primary key (originator_id, originator_version)
);
call protect_tenant_table('snapshots');

-- How far each follower (projection, relay, reaction) has come; moved in the transaction of its effects.
create table followers (
  name     text primary key,
  position bigint not null
);
grant select, insert, update, delete on followers to campaigns_system;
grant select on followers to campaigns_app;

-- Which process may run a role that must run once (scheduler, relay, projector).
create table leases (
  name       text primary key,
  holder     text not null,
  expires_at timestamptz not null,
  fence      bigint not null
);
grant select, insert, update, delete on leases to campaigns_system;
