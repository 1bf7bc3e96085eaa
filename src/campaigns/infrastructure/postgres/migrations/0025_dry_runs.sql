-- Dry runs: what a launch would have done. A worker that dies frees its dry run when the lease runs out.
create table dry_runs (
  tenant_id    text not null,
  dry_run_id   uuid primary key,
  campaign_id  uuid not null,
  status       text not null,              -- pending, running, completed, failed
  sample       integer,                    -- for how many people content is rendered; null: everybody
  people       bigint not null default 0,  -- decided so far
  expected     bigint,                     -- of about so many
  forecast     jsonb,                      -- what was found
  error        text,
  attempts     integer not null default 0,
  lease_until  timestamptz,
  requested_by text not null,
  created_at   timestamptz not null,
  started_at   timestamptz,
  finished_at  timestamptz
);
create index dry_runs_by_campaign on dry_runs (tenant_id, campaign_id, created_at desc);
create unique index dry_runs_under_way on dry_runs (campaign_id) where status in ('pending', 'running');
call protect_tenant_table('dry_runs');
