-- When a state of a campaign's triggers began, as the event log tells: silence that is waited for counts from then on,
-- however late somebody looks. Null: begun before this was noted.
alter table trigger_books add column began_at timestamptz;
