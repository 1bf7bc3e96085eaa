"""Whether a service that we call answers at its address. Without it some work waits: no reason to get no requests."""

import asyncio
from typing import ClassVar
from urllib.parse import urlsplit

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.settings import Secret, Settings

_PATIENCE = 1.5  # seconds
_PORTS = {"https": 443, "http": 80, "sc": 15_002, "redis": 6_379, "rediss": 6_379}


async def reached(host: str, port: int, *, greets: bool = False) -> Health:
    """`greets`: its side speaks first, so that one that is frozen is told from one that works."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                greeting = await reader.readline() if greets else b"-"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return Health(ok=True, degraded=True, detail="does not answer; what needs it waits")
    if not greeting:
        return Health(ok=True, degraded=True, detail="hangs up; what needs it waits")
    return Health(ok=True, detail="answers")


class MailServerProbe:
    """`Probe`. Mail waits while it is away, so nobody is sent elsewhere for that."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self) -> Health:
        if self._settings.smtp_host is None:
            return Health(ok=True, detail="none is configured")
        tls_first = self._settings.smtp_tls == "implicit"
        return await reached(self._settings.smtp_host, self._settings.smtp_port, greets=not tls_first)


class ServiceProbe:
    """`Probe` of a service whose address is a setting."""

    setting: ClassVar[str]

    def __init__(self, settings: Settings) -> None:
        self._url: str | None = getattr(settings, self.setting)

    async def __call__(self) -> Health:
        if self._url is None:
            return Health(ok=True, detail="none is configured")
        address = urlsplit(self._url)
        return await reached(address.hostname or "", address.port or _PORTS.get(address.scheme, 80))


class SecretServiceProbe:
    """`Probe` of a server whose address holds a secret; without an address the embedded one serves."""

    setting: ClassVar[str]

    def __init__(self, settings: Settings) -> None:
        self._url: Secret | None = getattr(settings, self.setting)

    async def __call__(self) -> Health:
        if self._url is None:
            return Health(ok=True, detail="embedded")
        address = urlsplit(self._url.reveal().split(",")[0].partition(";")[0])
        return await reached(address.hostname or "127.0.0.1", address.port or _PORTS.get(address.scheme, 5432))


class AudienceEngineProbe(SecretServiceProbe):
    setting = "audience_engine_url"


class SharedMemoryProbe(SecretServiceProbe):
    setting = "campaign_redis_url"


class RulesEngineProbe(ServiceProbe):
    setting = "rules_service_url"


class TaskServiceProbe(ServiceProbe):
    setting = "task_service_url"


class DataServiceProbe(ServiceProbe):
    setting = "isa_data_url"


class CreativeServiceProbe(ServiceProbe):
    setting = "isa_creative_url"


class NotificationServiceProbe(ServiceProbe):
    setting = "notification_service_url"
