"""Dry runs: decided by the code of a launch, kept in a table of their own."""
