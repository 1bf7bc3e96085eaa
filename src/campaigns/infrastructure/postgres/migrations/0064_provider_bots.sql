-- The fourth set of rules also believes providers that say of a hit that a machine made it. An installation that has
-- nothing to judge again begins with it; the others re-score their past when they are ready.
update metric_generations set rules = 4 where not exists (select from ledger_head where append_no > 0);
