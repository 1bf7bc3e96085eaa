-- Who was written to lately, for frequency caps: the people of one plan to whom something is sent, in the order of the
-- plan (which is the order of their ids), some thousands a page. A plan never changes, so that a page is made once, when
-- it is first asked for, and dropped when no cap can reach back to it. What became of a message stands in the ledger.
create table contact_pages (
  tenant_id    text not null,
  execution_no integer not null,
  page         integer not null,
  seq_from     integer not null,
  seq_to       integer not null,             -- inclusive
  first_user   text collate "C" not null,
  last_user    text collate "C" not null,
  people       bytea not null,               -- Arrow stream of one column of ids, compressed
  primary key (execution_no, page)
);
alter table contact_pages alter column people set storage external;
call protect_tenant_table('contact_pages');

-- Who is erased from a plan is erased here with it: the page is made again, without them, when it is next asked for.
create function forget_contact_page() returns trigger language plpgsql as $$
begin
  delete from contact_pages where execution_no = new.execution_no and new.seq_from between seq_from and seq_to;
  return null;
end $$;
create trigger forget_contact_page after update of user_ids on plan_pages
  for each row execute function forget_contact_page();

-- Messages that never left do not count; they are few among the facts.
create index message_facts_unsent on message_facts (execution_no, seq) where kind in (2, 3, 5);
