-- What a campaign's messages cost. A batch reserves before it is sent, and gives back what it did not need.
alter table batches add column reserved numeric not null default 0;  -- held by its present claim, less what it spent
-- `cost` was the planned cost; from now on it is what the batch's messages that (perhaps) went out have cost.
update batches set cost = case when cost = 0 then 0 else round(cost * (sent + uncertain) / (seq_to - seq_from + 1), 10) end;

-- One row for each campaign that ever spent: who wants to reserve waits for it, so that nobody exceeds a budget together.
create table campaign_spending (
  tenant_id   text not null,
  campaign_id uuid primary key,
  committed   numeric not null             -- the sum over its batches of cost + reserved
);
call protect_tenant_table('campaign_spending');
insert into campaign_spending (tenant_id, campaign_id, committed)
select e.tenant_id, e.campaign_id, sum(b.cost)
  from batches b join executions e on e.execution_no = b.execution_no
 group by e.tenant_id, e.campaign_id having sum(b.cost) > 0;
