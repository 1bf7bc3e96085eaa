-- Who must not be written to. A row for channel '*' holds for every channel. Ids compare by bytes everywhere: plans,
-- datasets and this table are merged in that order.
create table suppressions (
  tenant_id  text not null,
  user_id    text collate "C" not null,
  channel    text collate "C" not null,    -- a channel type, or '*'
  reason     smallint not null,            -- number of the skip reason: 3 unsubscribed, 4 bounced, 5 complained, 6 deleted, 14 manual
  source     text not null,                -- who or what said so: api, import, one_click, a provider …
  created_by text not null,
  created_at timestamptz not null,
  primary key (tenant_id, user_id, channel)
);
call protect_tenant_table('suppressions');

-- Uploads of datasets. The file lies below the home directory until the import has ended; a worker that dies frees its
-- import when the lease runs out, and another one starts over: nothing counts before the switch to the new version.
create table audience_imports (
  tenant_id   text not null,
  import_id   uuid primary key,
  dataset     text not null,
  file_name   text not null,
  format      text not null,               -- csv, xlsx, parquet
  bytes       bigint not null,
  status      text not null,               -- pending, running, completed, failed
  rows        bigint not null default 0,   -- read so far, or in all
  imported    bigint not null default 0,
  rejected    bigint not null default 0,
  replaced    bigint not null default 0,   -- earlier rows of a user_id that a later one replaced
  rejections  jsonb not null default '[]', -- the first thousand: row number and rule
  columns     jsonb not null default '{}', -- name -> kind
  error       text,
  attempts    integer not null default 0,
  lease_until timestamptz,
  created_by  text not null,
  created_at  timestamptz not null,
  started_at  timestamptz,
  finished_at timestamptz
);
create index audience_imports_by_tenant on audience_imports (tenant_id, created_at desc);
create index audience_imports_open on audience_imports (created_at) where status in ('pending', 'running');
call protect_tenant_table('audience_imports');

-- Lists of segments; written by one projection.
create table segment_listing (
  tenant_id   text not null,
  segment_id  uuid primary key,
  version     integer not null,
  name        text not null,
  name_key    text not null,
  description text,
  criteria    jsonb,
  users       integer,                     -- how many are named; null for a segment by criteria
  created_by  text not null,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted     boolean not null
);
create index segment_listing_by_name on segment_listing (tenant_id, name_key collate "C", segment_id) where not deleted;
call protect_tenant_table('segment_listing');
