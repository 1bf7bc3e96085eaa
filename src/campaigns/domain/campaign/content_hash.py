"""A fingerprint of what was approved."""

from hashlib import sha256

import msgspec

from campaigns.domain.campaign.definition import Definition


def content_hash(definition: Definition) -> str:
    """SHA-256 over the definition as canonical JSON, in hexadecimal."""
    return sha256(msgspec.json.encode(definition, order="sorted")).hexdigest()
