-- What of an order is a message's own: facts of before this was written down say its weight, in ten-thousandths.
create function credited_amount(detail jsonb) returns numeric
language sql immutable as $$
  select coalesce((detail->>'revenue')::numeric,
                  (detail->>'amount')::numeric * coalesce((detail->>'weight')::numeric, 10000) * 0.0001)
$$;

-- Revenue is compared by person: conversions are few among facts, and read without the others.
create index message_facts_conversions on message_facts (execution_no, seq) where kind = 22;
