-- The limits of the world, shared by all workers on all hosts. One row for each limit: whose it is (service,
-- provider …, sender …, tenant …), over which span, and its meter, as domain/delivery/metering.py keeps it. The rows of
-- one permit are locked in their order, so that two workers never wait for each other crosswise.
create table rate_limits (
  subject text not null,
  span    text not null,
  meter   jsonb not null default '{}',
  primary key (subject, span)
) with (fillfactor = 50);                  -- updated with every permit: room for that in its page
grant select, insert, update on rate_limits to campaigns_system;

-- When a warm-up began: with the first message that asked for a permit.
create table warm_ups (
  subject    text primary key,
  started_at timestamptz not null default clock_timestamp()
);
grant select, insert on warm_ups to campaigns_system;

-- Nothing of the execution is released before this instant; `waiting_for` says why. The batches keep their times, so
-- that what has become late meanwhile is paced again.
alter table executions add column held_until timestamptz;
