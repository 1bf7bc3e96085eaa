-- Who was written to lately, for frequency caps: the people of one plan to whom something is sent, in the order of the
-- plan (which is the order of their ids), some thousands a page. A plan never changes, so that a page is made once, when
-- it is first asked for, and dropped when no cap can reach back to it. What became of a message stands in the ledger.
create table contact_pages (
  tenant_id    text not null,
  execution_no integer not null,
  seq_from     integer not null,
  seq_to       integer not null,             -- inclusive
  first_user   text collate "C" not null,
  last_user    text collate "C" not null,
  people       bytea not null,               -- Arrow stream of one column of ids, compressed
  primary key (execution_no, seq_from)
);
alter table contact_pages alter column people set storage external;
call protect_tenant_table('contact_pages');

-- Messages that never left do not count; they are few among the facts.
create index message_facts_unsent on message_facts (execution_no, seq) where kind in (2, 3, 5);
