-- What the holdout of an execution was drawn by, and how many of each stratum are held out. The bounds of a campaign's
-- first execution hold for all that follow: who is held out once is held out for good.
create table execution_strata (
  tenant_id    text not null,
  execution_no integer not null,
  stratum      text not null,      -- a JSON object: what its people have in common
  people       integer not null,   -- who are reached by a channel
  held_out     integer not null,
  bound        bigint,             -- the rank below which people are held out; null: where the usual holdout ends
  primary key (execution_no, stratum)
);
call protect_tenant_table('execution_strata');
