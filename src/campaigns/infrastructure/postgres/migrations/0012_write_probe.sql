-- One row that readiness writes, because only a write tells whether writes are possible (a replica, a full disk).
create table write_probe (
  only_row boolean primary key default true check (only_row),
  at timestamptz not null default now()
);
insert into write_probe default values;
grant select, update on write_probe to campaigns_system;
