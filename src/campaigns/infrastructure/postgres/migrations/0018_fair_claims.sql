-- How much of the workers each tenant had. The next batch is taken from the tenant that had least for its weight
-- (`sending_weight` in tenants.limits), so that neither fifty campaigns nor a huge one starve the tenant with one.
create table sending_shares (
  tenant_id text primary key,
  served    double precision not null   -- messages claimed, each counted as 1 / weight
) with (fillfactor = 50);
call protect_tenant_table('sending_shares');

-- Whether anything of an execution is released is told by the first entry, however many batches wait for later.
drop index batches_waiting;
create index batches_waiting on batches (execution_no, release_at, batch_no) where state = 'waiting';

-- Beside executions_open: what completed and is sent again, without a look at all that ever completed.
create index executions_resending on executions (execution_no) where resending;
