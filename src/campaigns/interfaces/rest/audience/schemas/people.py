"""How people are named."""

from typing import Annotated

from msgspec import Meta

UserIdText = Annotated[str, Meta(min_length=1, max_length=255, description="A person, as your systems name them")]
