"""What the REST interface asks of the process that runs it."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from prometheus_client import CollectorRegistry

from campaigns.application.platform.ports import Authenticator, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.ports import Clock, Ids
from campaigns.interfaces.rest.draining import Draining


class RestServices(Protocol):
    """Composed once at start; opened with the server and closed with it."""

    @property
    def bus(self) -> Bus: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def authenticator(self) -> Authenticator: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...
    @property
    def registry(self) -> CollectorRegistry: ...
    @property
    def draining(self) -> Draining: ...
    @property
    def probes(self) -> Mapping[str, Probe]:
        """Dependencies by name, asked by /health/ready."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Opens pools and connections; closes them in reverse."""
