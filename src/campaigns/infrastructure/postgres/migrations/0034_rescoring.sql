-- An installation that has nothing to judge again begins with the third set of rules; the others re-score their past
-- (`campaigns analytics rescore`) when they are ready: these rules look at all hits of a message together.
update metric_generations set rules = 3 where not exists (select from ledger_head where append_no > 0);

-- Generations of figures folded under other rules, beside the active one: to be compared with it, then switched to.
create table metric_candidates (
  generation integer primary key,
  rules      integer not null,
  folded_at  timestamptz,                  -- null: still being folded
  up_to      bigint not null default 0     -- the last append that was folded
);
grant select, insert, update, delete on metric_candidates to campaigns_system;
grant select on metric_candidates to campaigns_app;
