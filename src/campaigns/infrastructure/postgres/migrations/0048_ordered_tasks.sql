-- Planned instants that a task service was asked to ring for, one row each while they are to come.
create table ordered_tasks (
  tenant_id   text not null,
  campaign_id uuid not null,
  planned_for timestamptz not null,
  task_id     text not null,
  ordered_at  timestamptz not null default now(),
  primary key (campaign_id, planned_for)
);
create unique index ordered_tasks_by_task on ordered_tasks (tenant_id, task_id);
call protect_tenant_table('ordered_tasks');
