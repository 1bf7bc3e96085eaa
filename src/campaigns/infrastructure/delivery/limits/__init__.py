"""The limits of the world: what they apply to, and their meters in Postgres."""
