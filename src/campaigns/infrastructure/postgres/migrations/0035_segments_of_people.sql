-- Who was in which of the segments that an execution's audience was made of, as they stood when it was planned.
create table execution_segments (
  tenant_id    text not null,
  execution_no integer not null,
  number       smallint not null,          -- from 0, in the order of the audience
  segment_id   uuid not null,
  name         text not null,
  primary key (execution_no, number)
);
call protect_tenant_table('execution_segments');

-- One bit for each message (bit 0 is the lowest of the first byte), 65,536 messages a page (`seq >> 16`).
create table plan_segments (
  execution_no integer not null,
  page         integer not null,
  number       smallint not null,
  bits         bytea not null,
  primary key (execution_no, page, number)
);
alter table plan_segments enable row level security;
alter table plan_segments force row level security;
create policy one_tenant on plan_segments to campaigns_app
  using (execution_no in (select execution_no from executions));
create policy all_tenants on plan_segments to campaigns_system using (true) with check (true);
grant select on plan_segments to campaigns_app;
grant select, insert, delete on plan_segments to campaigns_system;

-- Figures by the segments of their people: bit n is set for those in segment n of the execution; 0: in none, or unknown.
alter table campaign_metrics add column segments smallint not null default 0;
alter table campaign_metrics drop constraint campaign_metrics_pkey,
  add primary key (campaign_id, generation, execution_no, variant, channel, segments, kind, hour);
alter table campaign_amounts add column segments smallint not null default 0;
alter table campaign_amounts drop constraint campaign_amounts_pkey,
  add primary key (campaign_id, generation, execution_no, variant, channel, segments, kind, currency, hour);
