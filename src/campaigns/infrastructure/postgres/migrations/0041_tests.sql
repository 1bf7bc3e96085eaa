-- A test writes to a sample of the audience first. The rest stands in the same plan, in a stretch of its own that begins
-- at 1073741824 (page 16777216), so that its batches can wait as a whole; what it gets is said by the next edition of
-- the brief, when the winner is known.
alter table executions add column rest_held boolean not null default false;  -- its rest waits for the winner

-- Tests that are looked at until they are decided. What was decided stands in the campaign's events.
create table variant_tests (
  tenant_id    text not null,
  execution_id uuid primary key references executions,
  campaign_id  uuid not null,
  ends_at      timestamptz,                -- judged for the last time then; null: the sample is still being sent
  looked_at    timestamptz,
  closed_at    timestamptz
);
create index variant_tests_open on variant_tests (looked_at) where closed_at is null;
create index variant_tests_by_campaign on variant_tests (tenant_id, campaign_id);
call protect_tenant_table('variant_tests');

-- A person's number in a plan, or null: by bisection over the pages of its three stretches (1, 2, 3 …, the rest of a
-- test, and -1, -2, -3 …), for each is in the order of the ids. A page of which nobody is left counts as the next one of
-- which somebody is.
create or replace function seq_in_plan(of_execution integer, person text) returns integer
language plpgsql stable as $$
declare
  stretch integer;
  base integer;      -- the stretch's first page; the kept back ones are counted downwards
  sign integer;
  low integer;       -- the how-manieth page of the stretch, from 0 on
  high integer;
  middle integer;
  looked integer;
  smallest text;
  found_seq integer;
begin
  for stretch in 1 .. 3 loop
    base := (array[0, 16777216, -1])[stretch];
    sign := (array[1, 1, -1])[stretch];
    low := 0;
    if stretch = 1 then
      select max(page) into high from plan_pages where execution_no = of_execution and page >= 0 and page < 16777216;
    elsif stretch = 2 then
      select max(page) - 16777216 into high from plan_pages where execution_no = of_execution and page >= 16777216;
    else
      select -1 - min(page) into high from plan_pages where execution_no = of_execution and page < 0;
    end if;
    continue when high is null;
    while low < high loop
      middle := (low + high + 1) / 2;
      looked := middle;
      loop
        smallest := first_in_page(of_execution, base + sign * looked);
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
     where execution_no = of_execution and page = base + sign * low;
    if found_seq is not null then
      return found_seq;
    end if;
  end loop;
  return null;
end $$;
