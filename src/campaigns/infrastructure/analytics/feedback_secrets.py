"""Which secret each provider signs its feedback with."""

from collections.abc import Mapping


class ConfiguredFeedbackSecrets:
    """`FeedbackSecrets` from `provider:secret[,provider:secret…]`."""

    def __init__(self, text: str) -> None:
        pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
        self._secrets: Mapping[str, bytes] = {provider: secret.encode() for provider, _, secret in pairs if secret}

    def of(self, provider: str) -> bytes | None:
        return self._secrets.get(provider)
