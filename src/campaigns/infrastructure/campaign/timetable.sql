-- Campaigns that time alone may move: starts that have come, ends that have come, and everything that recurs.
select tenant_id, campaign_id, mode, status, starts_at, end_date, schedule::text, planned_until, anchor
from campaign_listing
where not deleted
  and status in ('scheduled', 'active', 'running', 'paused')
  and ((status = 'scheduled' and starts_at <= %(now)s)
    or (status <> 'scheduled' and end_date <= %(now)s)
    or (status = 'active' and mode = 'recurring'))
order by campaign_id
