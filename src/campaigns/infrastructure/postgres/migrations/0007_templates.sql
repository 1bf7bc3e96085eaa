-- Content kept under a name. A deleted template keeps its row, so that what was sent with it can still be read.
create table templates (
  tenant_id    text not null,
  template_id  uuid primary key,
  name         text not null,
  channel_type text not null,
  content      jsonb not null,
  version      integer not null,
  created_at   timestamptz not null,
  created_by   text not null,
  updated_at   timestamptz not null,
  updated_by   text not null,
  command_id   uuid not null unique,       -- the command that created it, so that its repetition is seen
  deleted_at   timestamptz
);
create unique index templates_by_name on templates (tenant_id, name) where deleted_at is null;
call protect_tenant_table('templates');

-- Every version there ever was, the present one included.
create table template_versions (
  tenant_id   text not null,
  template_id uuid not null references templates,
  version     integer not null,
  name        text not null,
  content     jsonb not null,
  at          timestamptz not null,
  by          text not null,
  primary key (template_id, version)
);
call protect_tenant_table('template_versions');
revoke update, delete on template_versions from campaigns_app, campaigns_system;
