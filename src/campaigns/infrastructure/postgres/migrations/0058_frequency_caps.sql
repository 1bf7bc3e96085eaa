-- The caps of a tenant, each perhaps for one channel or one type of campaign. A list is replaced as a whole.
create table frequency_caps (
  tenant_id  text primary key,
  caps       jsonb not null,               -- [{"messages", "days", "channel"?, "campaign_type"?}]
  set_by     text not null,
  set_at     timestamptz not null
);
call protect_tenant_table('frequency_caps');

-- Pages of contacts now hold the channel beside the id; they are made again from the plans when next asked for.
truncate contact_pages;
