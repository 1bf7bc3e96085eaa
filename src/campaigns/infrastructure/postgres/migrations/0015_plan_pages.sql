-- The plan is packed: a page holds up to 64 people, those whose `seq >> 6` is its number. `messages` shows it line by
-- line; whoever reads lines by their number says so of the page, too (`page = seq >> 6`), which is the key.
create table plan_pages (
  execution_no integer not null,
  page         integer not null,
  seq_from     integer not null,           -- of the first person; the others follow, ascending
  variants     bytea not null,             -- a byte each: index into the execution's variants + 1, 0 for none
  channels     bytea not null,             -- a byte each: index into the channel catalogue + 1, 0 for none
  reasons      bytea not null,             -- a byte each: 0: to be sent; else index into the skip reasons
  user_ids     text[] not null -- null: erased. Ascends with seq where that is positive, else descends
) partition by range (execution_no);

-- Up to a whole block a page stays beside its key: a person is found with one look.
create table plan_pages_small partition of plan_pages for values from (0) to (1073741824)
  with (toast_tuple_target = 8160);
alter table plan_pages add primary key (execution_no, page);

alter table plan_pages enable row level security;
alter table plan_pages force row level security;
create policy one_tenant on plan_pages to campaigns_app
  using (execution_no in (select execution_no from executions));
create policy all_tenants on plan_pages to campaigns_system using (true) with check (true);
grant select on plan_pages to campaigns_app;
grant select, insert, update (user_ids) on plan_pages to campaigns_system;

drop function create_messages_partition(integer);
drop function attach_messages_partition(integer);

-- A large execution gets a partition of its own, in the transaction that stores the plan: made fresh, filled with
-- COPY FREEZE, indexed after the rows, then attached. Making and attaching tables is the owner's right, so these two
-- functions run as the owner; they make nothing but `plan_pages_<number>`, and only for numbers of large executions.
create function create_plan_partition(of_execution integer) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare partition_name text := 'plan_pages_' || of_execution;
begin
  if of_execution < 1073741824 then
    raise exception 'execution % belongs to plan_pages_small', of_execution;
  end if;
  execute format(
    'create table public.%I (execution_no integer not null default %s, page integer not null, seq_from integer not null, '
    'variants bytea not null, channels bytea not null, reasons bytea not null, user_ids text[] not null, '
    'check (execution_no = %s)) with (toast_tuple_target = 8160)',
    partition_name, of_execution, of_execution);
  execute format('grant insert on public.%I to campaigns_system', partition_name);
  return partition_name;
end $$;

create function attach_plan_partition(of_execution integer) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare partition_name text := 'plan_pages_' || of_execution;
begin
  if of_execution < 1073741824 then
    raise exception 'execution % belongs to plan_pages_small', of_execution;
  end if;
  execute format('alter table public.%I add primary key (execution_no, page)', partition_name);
  execute format('revoke insert on public.%I from campaigns_system', partition_name);
  execute format('alter table public.plan_pages attach partition public.%I for values from (%s) to (%s)',
                 partition_name, of_execution, of_execution + 1);
end $$;

revoke all on function create_plan_partition(integer), attach_plan_partition(integer) from public;
grant execute on function create_plan_partition(integer), attach_plan_partition(integer) to campaigns_system;

-- Plans that were stored line by line move into pages.
do $$
declare large integer;
begin
  for large in
    select substring(c.relname from 10)::integer from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'messages'::regclass and c.relname ~ '^messages_[0-9]+$'
  loop
    perform create_plan_partition(large);
    perform attach_plan_partition(large);
  end loop;
  insert into plan_pages
  select execution_no, seq >> 6, min(seq),
         string_agg(set_byte('\x00', 0, variant + 1), '' order by seq),
         string_agg(set_byte('\x00', 0, channel + 1), '' order by seq),
         string_agg(set_byte('\x00', 0, reason), '' order by seq),
         array_agg(user_id order by seq)
    from messages group by execution_no, seq >> 6;
end $$;

drop view message_state;
drop table messages;

create view messages with (security_invoker = true) as
select p.execution_no, p.seq_from + (person.place - 1)::integer as seq,
       (get_byte(p.variants, (person.place - 1)::integer) - 1)::smallint as variant,
       (get_byte(p.channels, (person.place - 1)::integer) - 1)::smallint as channel,
       get_byte(p.reasons, (person.place - 1)::integer)::smallint as reason,
       person.user_id, p.page
  from plan_pages p cross join lateral unnest(p.user_ids) with ordinality as person (user_id, place);
grant select on messages to campaigns_app, campaigns_system;

-- One person's line, for joins that ask here and there.
create function message_at(of_execution integer, of_seq integer)
returns table (variant smallint, channel smallint, reason smallint, user_id text)
language sql stable as $$
  select (get_byte(p.variants, of_seq - p.seq_from) - 1)::smallint, (get_byte(p.channels, of_seq - p.seq_from) - 1)::smallint,
         get_byte(p.reasons, of_seq - p.seq_from)::smallint, p.user_ids[of_seq - p.seq_from + 1]
    from plan_pages p
   where p.execution_no = of_execution and p.page = of_seq >> 6
     and of_seq between p.seq_from and p.seq_from + length(p.variants) - 1
$$;

-- The smallest id in a page, by bytes; null when everybody in it was erased.
create function first_in_page(of_execution integer, of_page integer) returns text
language sql stable as $$
  select min(person collate "C") from plan_pages, unnest(user_ids) person
   where execution_no = of_execution and page = of_page
$$;

-- A person's number in a plan, or null: by bisection over the pages of both stretches, for both are in the order of the
-- ids (1, 2, 3 … and -1, -2, -3 …). A page of which nobody is left counts as the next one of which somebody is.
create function seq_in_plan(of_execution integer, person text) returns integer
language plpgsql stable as $$
declare
  sign integer;
  low integer;       -- the how-manieth page of the stretch, from 0 on
  high integer;
  middle integer;
  looked integer;
  smallest text;
  found_seq integer;
begin
  foreach sign in array array[1, -1] loop
    low := 0;
    if sign = 1 then
      select max(page) into high from plan_pages where execution_no = of_execution and page >= 0;
    else
      select -1 - min(page) into high from plan_pages where execution_no = of_execution and page < 0;
    end if;
    while low < high loop
      middle := (low + high + 1) / 2;
      looked := middle;
      loop
        smallest := first_in_page(of_execution, case sign when 1 then looked else -1 - looked end);
        exit when smallest is not null or looked = high;
        looked := looked + 1;
      end loop;
      if smallest collate "C" <= person collate "C" then
        low := looked;
      else
        high := middle - 1;
      end if;
    end loop;
    select seq_from + array_position(user_ids, person) - 1 into found_seq from plan_pages
     where execution_no = of_execution and page = case sign when 1 then low else -1 - low end;
    if found_seq is not null then
      return found_seq;
    end if;
  end loop;
  return null;
end $$;

-- Where everybody stands: the fold of plan, batch, ranges and facts. `outcome` is what we know of the hand-over (the
-- last word of ours); `state` adds what the provider reported later (6 delivered, 7 bounced; the numbers are the fact kinds).
create view message_state with (security_invoker = true) as
select m.execution_no, m.seq, m.page, m.user_id, m.variant, m.channel, m.reason,
       batch.batch_no, batch.release_at, said.at, said.detail,
       told.outcome,
       case when feedback.kind = 6 and told.outcome in ('sent', 'sending', 'uncertain') then 'delivered'
            when feedback.kind = 7 and told.outcome in ('sent', 'sending', 'uncertain') then 'bounced'
            else told.outcome end as state
  from messages m
  left join lateral (
    select b.batch_no, b.release_at, b.state, b.intended_to from batches b
     where b.execution_no = m.execution_no and m.seq > 0 and b.seq_from <= m.seq
     order by b.seq_from desc limit 1) batch on true
  left join lateral (
    select f.kind, f.at, f.detail, f.append_no from message_facts f
     where f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (1, 2, 3, 4, 5, 8, 9, 10, 11)
     order by f.append_no desc limit 1) fact on true
  left join lateral (
    select f.kind from message_facts f
     where f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (6, 7)
     order by f.append_no desc limit 1) feedback on true
  left join lateral (
    select r.append_no, r.at, r.seq_to from message_ranges r
     where r.execution_no = m.execution_no and r.seq_from <= m.seq
     order by r.seq_from desc limit 1) stretch on stretch.seq_to >= m.seq
 cross join lateral (
    select case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.kind
                when stretch.append_no is not null then 1 end as kind,
           case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.at else stretch.at end as at,
           case when fact.append_no >= coalesce(stretch.append_no, 0) then fact.detail end as detail) said
 cross join lateral (
    select case when m.reason = 1 then 'holdout'
                when m.reason = 2 then 'control'
                when m.reason > 2 then 'skipped'
                when said.kind = 1 then 'sent'
                when said.kind = 2 then 'failed'
                when said.kind = 3 then 'skipped'
                when said.kind = 4 then 'uncertain'
                when said.kind = 5 then 'cancelled'
                when said.kind in (8, 9, 11) then 'sending'
                when batch.state = 'cancelled' then 'cancelled'
                when said.kind = 10 then 'waiting'
                when m.seq <= batch.intended_to then 'sending'
                else 'waiting' end as outcome) told;
grant select on message_state to campaigns_app, campaigns_system;
