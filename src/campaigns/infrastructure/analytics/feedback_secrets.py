"""What each provider proves its feedback with."""

from collections import defaultdict
from collections.abc import Sequence


class ConfiguredFeedbackSecrets:
    """`FeedbackSecrets` from `provider:secret[,provider:secret…]`; a provider may stand there more than once."""

    def __init__(self, text: str) -> None:
        self._secrets = defaultdict[str, list[bytes]](list)
        for provider, _, secret in (part.strip().partition(":") for part in text.replace("\n", ",").split(",")):
            if secret:
                self._secrets[provider.strip()].append(secret.strip().encode())

    def of(self, provider: str) -> Sequence[bytes]:
        return tuple(self._secrets.get(provider, ()))
