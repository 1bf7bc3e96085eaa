-- Facts are copied straight into their month: COPY does not work under row-level security, which protects the whole
-- table and not its parts. The system may add to a part and nothing else; nobody reads one.
do $$
declare part regclass;
begin
  for part in select inhrelid::regclass from pg_inherits where inhparent = 'message_facts'::regclass loop
    execute format('grant insert on %s to campaigns_system', part);
  end loop;
end $$;

-- As before, and the month that it makes can be copied to.
create or replace function make_facts_partition(of_month date) returns boolean
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
  execute format('grant insert on public.%I to campaigns_system', partition_name);
  return true;
end $$;
