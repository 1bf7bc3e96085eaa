-- One page of a tenant's campaigns and how many there are, as of one snapshot; a page without rows still has the total.
-- One row more than asked for tells whether there is another page.
with page as (
  select campaign_id, name, description, type, mode, status, approval, version, channels, tags, start_date, end_date,
         created_by, created_at, updated_at, ({sort_key})::text as sort_key, {sort_key} as sorted_by
  from campaign_listing
  where tenant_id = %(tenant)s and not deleted {conditions} {after}
  order by {sort_key} {direction}, campaign_id {direction}
  limit %(limit)s + 1 offset %(offset)s
)
select campaign_id, name, description, type, mode, status, approval, version, channels, tags, start_date, end_date,
       created_by, created_at, updated_at, sort_key, counted.total
from (select count(*) as total from campaign_listing where tenant_id = %(tenant)s and not deleted {conditions}) counted
left join page on true
order by sorted_by {direction}, campaign_id {direction}
