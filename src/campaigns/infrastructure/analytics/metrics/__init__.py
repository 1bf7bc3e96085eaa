"""Folding the ledger into figures."""
