-- The history of a campaign's conversions is read again, a page at a time, under other models.
create index conversions_by_type on conversions (tenant_id, event_type, source_event_id);
