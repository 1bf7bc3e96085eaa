-- Which edition of the brief is in force: an edit of the paused campaign makes the next one for those who still wait.
alter table executions add column edition integer not null default 1;
