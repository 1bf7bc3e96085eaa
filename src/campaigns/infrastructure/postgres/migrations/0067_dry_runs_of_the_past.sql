-- When the events were received that the dry run of a triggered campaign looks at; null: in the last seven days.
alter table dry_runs add column since timestamptz, add column until timestamptz;
