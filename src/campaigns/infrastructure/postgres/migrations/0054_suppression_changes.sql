-- Whether anything was said about suppressions since an answer was remembered: the newest entry tells of what was
-- added, a count of what was lifted.
create index suppressions_newest on suppressions (tenant_id, created_at desc);

create table suppression_lifts (
  tenant_id text   primary key,
  lifts     bigint not null
);
call protect_tenant_table('suppression_lifts');
