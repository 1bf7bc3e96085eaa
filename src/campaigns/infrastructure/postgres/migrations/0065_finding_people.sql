-- Looked at for each step of every search for a person. A page is in the order of its ids: the smallest one stands at its
-- end, if it was not erased.
create or replace function first_in_page(of_execution integer, of_page integer) returns text
language sql stable as $$
  select coalesce(case when of_page < 0 then p.user_ids[array_upper(p.user_ids, 1)] else p.user_ids[1] end,
                  (select min(person collate "C") from unnest(p.user_ids) person))
    from plan_pages p where p.execution_no = of_execution and p.page = of_page
$$;
