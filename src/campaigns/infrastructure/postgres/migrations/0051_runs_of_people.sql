-- A triggered campaign has many runs of few people each: who looks for a person looks at the decisions, not at each run.
create index trigger_decisions_of_person on trigger_decisions (campaign_id, user_id) where execution_id is not null;
create index executions_for_audiences on executions (campaign_id) where kind <> 'triggered';

create function executions_reaching(of_campaign uuid, person text) returns setof executions
language sql stable as $$
  select e.* from executions e where e.campaign_id = of_campaign and e.kind <> 'triggered'
  union all
  select e.* from executions e
   where e.execution_id in (select d.execution_id from trigger_decisions d
                             where d.campaign_id = of_campaign and d.user_id = person and d.execution_id is not null)
$$;
