-- Retention. An execution that ended long ago leaves the ledger for files: its people, stretches and facts. Its row,
-- its batches, its figures and its links stay.
alter table executions add column archived_at timestamptz;

create table ledger_archives (
  tenant_id    text not null,
  execution_id uuid primary key references executions,
  execution_no integer not null,
  archived_at  timestamptz not null,
  folder       text not null,              -- below the folder of archives
  files        jsonb not null              -- [{"name", "rows", "sha256"}]
);
call protect_tenant_table('ledger_archives');

grant delete on plan_pages, message_ranges, message_facts to campaigns_system;

-- The partition of a large plan goes with its table. Making and dropping tables is the owner's right.
create function drop_plan_partition(of_execution integer) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if of_execution < 1073741824 then
    raise exception 'execution % belongs to plan_pages_small', of_execution;
  end if;
  execute format('drop table public.%I', 'plan_pages_' || of_execution);
end $$;

-- Facts have a partition for each month, made ahead. Facts of a month that had none wait in the default partition and
-- move when theirs is made. Whether there was one to make; gives up after two seconds rather than stop all appends.
create function make_facts_partition(of_month date) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  since timestamptz := date_trunc('month', of_month::timestamp) at time zone 'UTC';
  before timestamptz := (date_trunc('month', of_month::timestamp) + interval '1 month') at time zone 'UTC';
  partition_name text := 'message_facts_' || to_char(of_month, 'YYYY_MM');
begin
  if to_regclass('public.' || partition_name) is not null then
    return false;
  end if;
  perform set_config('lock_timeout', '2s', true);
  lock table public.message_facts_default in access exclusive mode;
  execute format('create table public.%I (like public.message_facts including defaults)', partition_name);
  execute format('with moved as (delete from public.message_facts_default where at >= %L and at < %L returning *) '
                 'insert into public.%I select * from moved', since, before, partition_name);
  execute format('alter table public.message_facts attach partition public.%I for values from (%L) to (%L)',
                 partition_name, since, before);
  return true;
end $$;

-- The months of which the default partition holds facts.
create function months_without_partition() returns setof date
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select distinct date_trunc('month', at at time zone 'UTC')::date from public.message_facts_default order by 1
$$;

-- Months that ended before, of which every fact was archived. How many were dropped.
create function drop_empty_facts_partitions(before date) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  month text;
  holds boolean;
  dropped integer := 0;
begin
  perform set_config('lock_timeout', '2s', true);
  for month in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'public.message_facts'::regclass and c.relname ~ '^message_facts_[0-9]{4}_[0-9]{2}$'
       and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  loop
    execute format('select exists (select from public.%I)', month) into holds;
    continue when holds;
    execute format('lock table public.%I in access exclusive mode', month);
    execute format('select exists (select from public.%I)', month) into holds;
    continue when holds;
    execute format('drop table public.%I', month);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

revoke all on function drop_plan_partition(integer), make_facts_partition(date), months_without_partition(),
  drop_empty_facts_partitions(date) from public;
grant execute on function drop_plan_partition(integer), make_facts_partition(date), months_without_partition(),
  drop_empty_facts_partitions(date) to campaigns_system;
