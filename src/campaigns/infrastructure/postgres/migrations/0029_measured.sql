-- The queue is looked at every few seconds: these looks read what is open, never what is over.
create index batches_uncertain on batches (execution_no) include (uncertain) where uncertain > 0;
create index executions_finished on executions (finished_at) where finished_at is not null;
