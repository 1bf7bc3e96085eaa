-- An upload may be no dataset, but people who must not be written to: then it says where and why.
alter table audience_imports add column suppresses jsonb; -- {"channel", "reason"}; null: it becomes a dataset
