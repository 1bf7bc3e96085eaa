-- The read model behind lists of campaigns and behind the timetable; written by one projection, never decided on.
create table campaign_listing (
  tenant_id     text not null,
  campaign_id   uuid primary key,
  version       integer not null,
  name          text not null,
  name_key      text not null,             -- as people compare names: case and width do not matter
  description   text,
  type          text not null,
  mode          text not null,
  status        text not null,
  approval      text not null,
  channels      text[] not null,           -- enabled ones, of the campaign and of its variants
  tags          text[] not null,
  start_date    timestamptz,
  end_date      timestamptz,
  starts_at     timestamptz,               -- the schedule's instant, else start_date
  schedule      jsonb,
  planned_until timestamptz,               -- the last planned instant that was answered for
  created_by    text not null,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  deleted       boolean not null
);
create index campaign_listing_by_creation on campaign_listing (tenant_id, created_at, campaign_id) where not deleted;
create index campaign_listing_by_update on campaign_listing (tenant_id, updated_at, campaign_id) where not deleted;
create index campaign_listing_by_name on campaign_listing (tenant_id, name_key collate "C", campaign_id) where not deleted;
create index campaign_listing_by_start on campaign_listing (tenant_id, coalesce(start_date, 'infinity'), campaign_id)
  where not deleted;
create index campaign_listing_by_status on campaign_listing (tenant_id, status, campaign_id) where not deleted;
create index campaign_listing_timetable on campaign_listing (status, mode)
  where not deleted and status in ('scheduled', 'active', 'running', 'paused');
call protect_tenant_table('campaign_listing');
