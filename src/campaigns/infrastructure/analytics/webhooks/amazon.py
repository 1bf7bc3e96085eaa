"""What has to be asked of Amazon about its notifications: certificates, and the confirmation of subscriptions."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.http.client import Request, outgoing_http
from campaigns.infrastructure.http.errors import OutgoingError
from campaigns.infrastructure.http.outgoing_address import STRICT, OutgoingPolicy

_MOST_CERTIFICATES = 32
_LARGEST = 65_536
_OK = 200


class AmazonSns:
    """Certificates are kept once fetched; with a folder none is fetched. Callers have looked at the URLs' hosts."""

    def __init__(self, folder: Path | None, *, confirms: bool, policy: OutgoingPolicy = STRICT) -> None:
        self._folder = folder
        self._confirms = confirms
        self._policy = policy
        self._certificates: dict[str, bytes] = {}

    async def certificate(self, url: str) -> bytes:
        """In PEM. Raises DependencyDownError."""
        if url not in self._certificates:
            found = await (self._fetched(url) if self._folder is None else asyncio.to_thread(self._filed, url))
            if len(self._certificates) >= _MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[url] = found
        return self._certificates[url]

    async def confirm(self, _topic: str, url: str) -> bool:
        """Whether the subscription was confirmed. Raises DependencyDownError."""
        if self._confirms:
            await self._fetched(url)
        return self._confirms

    async def _fetched(self, url: str) -> bytes:
        try:
            async with outgoing_http(self._policy, connections=1) as http:
                answer = await http.ask(Request(method="GET", url=url, largest=_LARGEST))
        except OutgoingError as error:
            raise DependencyDownError("amazon sns", str(error)) from error
        if answer.status != _OK:
            raise DependencyDownError("amazon sns", f"{urlsplit(url).path} answered {answer.status}")
        return answer.body

    def _filed(self, url: str) -> bytes:
        """By the last part of the URL, as Amazon names the file."""
        assert self._folder is not None  # noqa: S101 - the caller looked
        name = Path(urlsplit(url).path).name
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise DependencyDownError("amazon sns", f"no certificate {name} in {self._folder}") from error
