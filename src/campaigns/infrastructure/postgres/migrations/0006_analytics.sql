-- Where the links of an execution lead: a click is answered from here, never from anything the client says.
create table tracked_links (
  tenant_id    text not null,
  execution_no integer not null,
  link         integer not null,
  url          text not null,
  primary key (execution_no, link)
);
call protect_tenant_table('tracked_links');

-- Figures are folded from the ledger. A rebuild folds into the next generation beside the active one and then switches.
create table metric_generations (
  only_row   boolean primary key default true check (only_row),
  active     integer not null,
  rules      integer not null              -- version of the rules that tell people from machines
);
insert into metric_generations (active, rules) values (1, 1);
grant select, update on metric_generations to campaigns_system;
grant select on metric_generations to campaigns_app;

create table campaign_metrics (
  generation      integer not null,
  tenant_id       text not null,
  campaign_id     uuid not null,
  execution_no    integer not null,
  variant         smallint not null,
  channel         smallint not null,
  kind            text not null,           -- sent, delivered, opened, clicked, bounced_hard …
  hour            timestamptz not null,
  total           bigint not null,         -- by people
  uniques         bigint not null,         -- messages with at least one, counted in the hour of the first
  machine_total   bigint not null default 0,
  machine_uniques bigint not null default 0,
  primary key (campaign_id, generation, execution_no, variant, channel, kind, hour)
);
call protect_tenant_table('campaign_metrics');

create table campaign_amounts (
  generation   integer not null,
  tenant_id    text not null,
  campaign_id  uuid not null,
  execution_no integer not null,
  variant      smallint not null,
  channel      smallint not null,
  kind         text not null,              -- revenue, cost
  currency     text not null,
  hour         timestamptz not null,
  amount       numeric not null,
  primary key (campaign_id, generation, execution_no, variant, channel, kind, currency, hour)
);
call protect_tenant_table('campaign_amounts');

-- Which messages were already counted for a measure: one bit per message, 65,536 messages a page.
create table metric_pages (
  generation   integer not null,
  execution_no integer not null,
  measure      text not null,
  page         integer not null,
  bits         bytea not null,
  primary key (execution_no, generation, measure, page)
);
grant select, insert, update, delete on metric_pages to campaigns_system;

-- Figures that others report (web, social, display …), each report once.
create table metric_reports (
  tenant_id    text not null,
  campaign_id  uuid not null,
  report_id    text not null,
  fingerprint  bytea not null,             -- sha256 of the figures: the same id with others is refused
  at           timestamptz not null,
  channel      smallint not null,
  variant      smallint not null,
  impressions  bigint not null,
  clicks       bigint not null,
  conversions  bigint not null,
  revenue      numeric,
  cost         numeric,
  currency     text,
  received_at  timestamptz not null,
  primary key (tenant_id, campaign_id, report_id)
);
call protect_tenant_table('metric_reports');

-- What people did outside (an order, a sign-up): waits here until it is attributed to the messages that led to it.
create table conversions (
  tenant_id       text not null,
  source_event_id text not null,
  user_id         text not null,
  event_type      text not null,
  at              timestamptz not null,
  amount          numeric,
  currency        text,
  campaign_id     uuid,                    -- named by the reporter; null: every campaign that counts this event type
  received_at     timestamptz not null,
  attributed_at   timestamptz,
  primary key (tenant_id, source_event_id)
);
create index conversions_waiting on conversions (received_at) where attributed_at is null;
call protect_tenant_table('conversions');

-- How far each follower of the ledger has come, in append numbers.
create table ledger_followers (
  name     text primary key,
  position bigint not null
);
grant select, insert, update, delete on ledger_followers to campaigns_system;
grant select on ledger_followers to campaigns_app;

-- Which outside event is a campaign's conversion; projected from the campaigns' events.
create table conversion_rules (
  tenant_id   text not null,
  campaign_id uuid primary key,
  event_type  text not null,
  window_days integer not null,
  model       text not null               -- first_touch, last_touch, linear
);
create index conversion_rules_by_event on conversion_rules (tenant_id, event_type);
call protect_tenant_table('conversion_rules');
