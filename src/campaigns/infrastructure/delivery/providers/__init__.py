"""Providers as data: what the settings and the providers file say about who delivers messages."""
