-- Who asked to be forgotten. While it is under way the id stands here; afterwards only its keyed digest, by which the
-- same person is known again in an upload, a plan or a restored backup.
create table erasures (
  tenant_id    text not null,
  digest       bytea not null,             -- HMAC-SHA256 of the user id
  erasure_id   uuid not null unique,
  user_id      text,                       -- null when it is done
  status       text not null,              -- pending, erased
  looks        integer not null default 0, -- how often everything was looked through
  look_at      timestamptz not null,       -- not before this instant again
  found        jsonb not null default '{}', -- place -> how much was erased there
  requested_by text not null,
  requested_at timestamptz not null,
  erased_at    timestamptz,
  primary key (tenant_id, digest)
);
create index erasures_open on erasures (look_at) where status = 'pending';
create index erasures_by_time on erasures (tenant_id, requested_at desc);
call protect_tenant_table('erasures');

-- The messages of erased people, under a pseudonym: conversions are attributed to them as before.
create table erased_messages (
  tenant_id    text not null,
  pseudonym    text not null,
  execution_no integer not null,
  seq          integer not null,
  primary key (execution_no, seq)
);
create index erased_messages_by_person on erased_messages (pseudonym, execution_no);
call protect_tenant_table('erased_messages');

-- Erasing takes away what a fact says of a person, never the fact, and puts pseudonyms into what was recorded.
grant update (detail) on message_facts to campaigns_system;
grant update (state) on events to campaigns_system;

alter function seq_in_plan(integer, text) rename to seq_among_pages;
create function seq_in_plan(of_execution integer, person text) returns integer
language sql stable as $$
  select case when starts_with(person, 'erased:')
              then (select seq from erased_messages where pseudonym = person and execution_no = of_execution)
              else seq_among_pages(of_execution, person) end
$$;
