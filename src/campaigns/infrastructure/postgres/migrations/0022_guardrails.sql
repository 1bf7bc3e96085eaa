-- Guardrails: the limits of a run as its brief has them now, and the figures that whoever resumed it knew.
alter table executions
  add column guardrails   jsonb generated always as (nullif(brief -> 'guardrails', 'null'::jsonb)) stored,
  add column acknowledged jsonb,
  add column breached     boolean not null default false,  -- the guardrails hold it, until somebody resumes it
  add column canary_to    integer,         -- its canary's last batch: later ones are not claimed; null: none holds them
  add column canary_until timestamptz;     -- when the rest may follow; null: the canary is still being sent
