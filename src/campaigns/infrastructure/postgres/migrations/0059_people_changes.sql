-- What others tell of people one by one, beside the datasets. What was told last about an attribute counts, by the
-- instant of the event; pending until it stands in the dataset. An import of everybody forgets what it has overtaken.
create table profile_changes (
  tenant_id  text not null,
  user_id    text collate "C" not null,
  attributes jsonb not null,
  at         timestamptz not null,
  change_no  bigint not null default 1,
  pending    boolean not null default true,
  primary key (tenant_id, user_id)
);
create index profile_changes_pending on profile_changes (tenant_id) where pending;
call protect_tenant_table('profile_changes');

-- Which channels people want, as they said last; a refusal stands on the list of suppressions as well.
create table contact_preferences (
  tenant_id text not null,
  user_id   text collate "C" not null,
  channel   text not null,
  allowed   boolean not null,
  at        timestamptz not null,
  primary key (tenant_id, user_id, channel)
);
call protect_tenant_table('contact_preferences');
