-- One page of a tenant's campaigns. One row more than asked for tells whether there is another page.
select campaign_id, name, description, type, mode, status, approval, version, channels, tags, start_date, end_date,
       created_by, created_at, updated_at, {sort_key} as sort_key
from campaign_listing
where tenant_id = %(tenant)s and not deleted {conditions} {after}
order by {sort_key} {direction}, campaign_id {direction}
limit %(limit)s + 1 offset %(offset)s
