-- Every process looks whether the database is at its version, and says so at /health/ready.
grant select on schema_migrations to campaigns_system;
