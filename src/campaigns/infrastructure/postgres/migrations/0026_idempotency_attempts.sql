-- Which attempt holds a key: only that one may extend or release it. Null: taken by a process of the version before.
alter table idempotency_keys add column attempt uuid;
