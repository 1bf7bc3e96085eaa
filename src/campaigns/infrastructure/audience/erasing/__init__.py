"""Forgetting people: the journal, the desk that works it off, and every place where somebody can stand."""
