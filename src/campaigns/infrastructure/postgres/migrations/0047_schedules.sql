-- What gives a frequency its time of day, weekday and day of the month. Without it a run that the clock's change moved
-- would move all that follow it.
alter table campaign_listing add column anchor timestamptz;

-- Where people's own clocks count, the plan stands in stretches: people whose clocks agree, by the order of their ids.
-- [{"seq_from", "seq_to", "not_before", "zone"}], ascending; empty: one stretch, in the order of the ids.
alter table executions add column stretches jsonb not null default '[]';

-- The smallest id by bytes that a page holds of a stretch; null when everybody of it was erased there.
create function first_in_stretch(of_execution integer, of_page integer, low integer, high integer) returns text
language sql stable as $$
  select min(person.user_id collate "C")
    from plan_pages p cross join lateral unnest(p.user_ids) with ordinality as person (user_id, place)
   where p.execution_no = of_execution and p.page = of_page and p.seq_from + person.place - 1 between low and high
$$;

-- A person's number within a stretch that ascends by id, or null: by bisection over its pages. A page of which nobody
-- is left counts as the next one of which somebody is.
create function seq_in_stretch(of_execution integer, person text, low_seq integer, high_seq integer) returns integer
language plpgsql stable as $$
declare
  low integer := low_seq >> 6;
  high integer := high_seq >> 6;
  middle integer;
  looked integer;
  smallest text;
  found_seq integer;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    looked := middle;
    loop
      smallest := first_in_stretch(of_execution, looked, low_seq, high_seq);
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
   where execution_no = of_execution and page = low;
  return case when found_seq between low_seq and high_seq then found_seq end;
end $$;

alter function seq_in_plan(integer, text) rename to seq_in_ordered_plan;

-- A person's number in a plan, or null. Who is not sent to (below zero) stands in one stretch always.
create function seq_in_plan(of_execution integer, person text) returns integer
language plpgsql stable as $$
declare
  found_seq integer;
begin
  for found_seq in
    select seq_in_stretch(of_execution, person, (s->>'seq_from')::integer, (s->>'seq_to')::integer)
      from executions e cross join lateral jsonb_array_elements(e.stretches) s where e.execution_no = of_execution
  loop
    if found_seq is not null then
      return found_seq;
    end if;
  end loop;
  return seq_in_ordered_plan(of_execution, person);
end $$;
