"""Secrets from the operating system."""

import secrets


class SystemRandomness:
    def bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)
