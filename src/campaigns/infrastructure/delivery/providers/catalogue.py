"""The providers of an installation: those of the file, then those of the single settings, which take the rest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, assert_never
from urllib.parse import urlsplit

from msgspec import Struct

from campaigns.domain.delivery.routing import Route, reachable
from campaigns.domain.delivery.warming import Allowance, WarmUp
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.providers.document import (
    AnyProvider,
    LimitsTable,
    NotificationTable,
    PipelineTable,
    ProvidersDocument,
    SmtpTable,
    WarmUpTable,
    WebhookTable,
)
from campaigns.infrastructure.delivery.providers.reading import (
    CHANNELS,
    NOTIFIED,
    as_in_mails,
    read_document,
    read_secret,
)
from campaigns.infrastructure.delivery.providers.signatories import read_signatories
from campaigns.infrastructure.delivery.senders.marking import service_at
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.signing.signature import Signatory
from campaigns.infrastructure.settings import Settings, SmtpTls

_Security = Literal["none", "starttls", "tls"]
_SECURITY: Mapping[SmtpTls, _Security] = {SmtpTls.NONE: "none", SmtpTls.STARTTLS: "starttls", SmtpTls.IMPLICIT: "tls"}
_ENCRYPTION = {"none": "not encrypted", "starttls": "STARTTLS", "tls": "TLS"}
_OF_THE_SETTINGS, _OF_LAST_RESORT = 10_000, 20_000  # priorities beyond those a file can give


class Mail(Struct, frozen=True):
    """`feedback` names the service whose webhooks tell what became of its mails."""

    server: SmtpSettings
    signatories: tuple[Signatory, ...] = ()
    feedback: str | None = None


class Notifications(Struct, frozen=True):
    url: str


class Pipeline(Struct, frozen=True):
    pass


class Webhooks(Struct, frozen=True):
    secret: str | None

    def __repr__(self) -> str:
        return f"Webhooks({'signed' if self.secret else 'unsigned'})"


_KINDS = {Mail: "smtp", Notifications: "notification", Pipeline: "pipeline", Webhooks: "webhook"}


class Provider(Struct, frozen=True, kw_only=True):
    """Somebody who delivers messages: which ones, how many, and how it is reached."""

    route: Route
    connection: Mail | Notifications | Pipeline | Webhooks
    allowance: Allowance = Allowance()

    @property
    def name(self) -> str:
        return self.route.provider

    @property
    def kind(self) -> str:
        """As the providers file names it."""
        return _KINDS[type(self.connection)]

    def describe(self) -> str:
        """In a line, for people; without secrets."""
        route, rates = self.route, self.allowance.throttle
        limits = {span.replace("_", " "): getattr(rates, span) for span in Throttle.__struct_fields__}
        told = [f"{self.kind} {_place(self.connection)}".strip(), ", ".join(sorted(route.channels))]
        told += [f"marked for {self.feedback}"] if self.feedback else []
        told += [f"signed by {who.domain} ({who.selector}, {who.algorithm})" for who in self.signatories]
        told += [f"{limit} {span}" for span, limit in limits.items() if limit is not None]
        told += [f"warm-up of {len(self.allowance.warm_up.per_day)} days"] if self.allowance.warm_up else []
        told += [f"for the tenants {', '.join(sorted(route.tenants))}"] if route.tenants else []
        told += [f"for mails of {', '.join(sorted(route.sender_domains))}"] if route.sender_domains else []
        return "; ".join(told)

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """Who signs its mails."""
        return self.connection.signatories if isinstance(self.connection, Mail) else ()

    @property
    def feedback(self) -> str | None:
        """The service whose webhooks tell what became of its mails."""
        return self.connection.feedback if isinstance(self.connection, Mail) else None

    @property
    def reports(self) -> bool:
        """Whether it says later what became of a message: mail servers and webhooks do not."""
        return isinstance(self.connection, Notifications | Pipeline)


def _place(connection: Mail | Notifications | Pipeline | Webhooks) -> str:
    match connection:
        case Mail(server):
            login = f"as {server.username}" if server.username else "no login"
            return f"{server.host}:{server.port} ({_ENCRYPTION[server.security]}, {login})"
        case Notifications(url):
            parts = urlsplit(url)
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        case _:
            return ""


class Providers(Struct, frozen=True):
    """All of them, and what limits single senders (by lower-case address or domain)."""

    all: tuple[Provider, ...]
    senders: Mapping[str, Allowance]

    def unreported_channels(self, tenant_id: TenantId) -> tuple[ChannelType, ...]:
        """Where some provider of the tenant's sends no delivery reports."""
        silent = {provider.name for provider in self.all if not provider.reports}
        routes = [provider.route for provider in self.all]
        return tuple(
            channel
            for channel in ChannelType
            if any(route.provider in silent for route in reachable(routes, tenant_id, channel))
        )


def installed_providers(settings: Settings) -> Providers:
    """Raises SettingsError when the file cannot be used."""
    file = settings.providers_file
    document = read_document(file) if file else ProvidersDocument()
    named = tuple(_provider(table, file) for table in document.providers) if file else ()
    senders = {as_in_mails(table.sender): _allowance(table.limits, table.warm_up) for table in document.senders}
    return Providers((*named, *_of_the_settings(settings)), senders)


def _of_the_settings(settings: Settings) -> Iterator[Provider]:
    if (server := smtp_settings(settings)) is not None:
        yield _default("smtp", (ChannelType.EMAIL,), Mail(server, feedback=service_at(server.host)))
    if (url := settings.notification_service_url) is not None:
        yield _default("notification-service", NOTIFIED, Notifications(url))
    secret = settings.webhook_secret.reveal() if settings.webhook_secret else None
    yield _default("webhook", (ChannelType.WEBHOOK,), Webhooks(secret))
    yield _default("nats", tuple(ChannelType), Pipeline(), _OF_LAST_RESORT)


def _default(
    name: str,
    channels: tuple[ChannelType, ...],
    connection: Mail | Notifications | Pipeline | Webhooks,
    priority: int = _OF_THE_SETTINGS,
) -> Provider:
    return Provider(route=Route(provider=name, channels=frozenset(channels), priority=priority), connection=connection)


def _provider(table: AnyProvider, file: Path) -> Provider:
    return Provider(
        route=Route(
            provider=table.name,
            channels=frozenset(table.channels or CHANNELS[type(table)]),
            tenants=frozenset(TenantId(tenant) for tenant in table.tenants),
            sender_domains=frozenset(map(as_in_mails, table.sender_domains)),
            priority=table.priority,
            weight=table.weight,
        ),
        connection=_connection(table, file),
        allowance=_allowance(table.limits, table.warm_up),
    )


def _connection(table: AnyProvider, file: Path) -> Mail | Notifications | Pipeline | Webhooks:
    match table:
        case SmtpTable():
            signatories = read_signatories(table.dkim, file) if table.dkim else ()
            return Mail(_server(table, file), signatories, table.feedback or service_at(table.host))
        case NotificationTable():
            return Notifications(table.url)
        case PipelineTable():
            return Pipeline()
        case WebhookTable():
            return Webhooks(read_secret(table.secret_file, file) if table.secret_file else None)
        case _:
            assert_never(table)


def _server(table: SmtpTable, file: Path) -> SmtpSettings:
    return SmtpSettings(
        host=table.host,
        port=table.port,
        security=_SECURITY[table.tls],
        username=table.username or "",
        password=read_secret(table.password_file, file) if table.password_file else "",
        connections=table.connections,
    )


def _allowance(limits: LimitsTable, warm_up: WarmUpTable | None) -> Allowance:
    return Allowance(
        throttle=Throttle(per_minute=limits.per_minute, per_hour=limits.per_hour, per_day=limits.per_day),
        spread=limits.spread,
        warm_up=WarmUp(per_day=warm_up.per_day) if warm_up else None,
    )


def smtp_settings(settings: Settings) -> SmtpSettings | None:
    if settings.smtp_host is None:
        return None
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=_SECURITY[settings.smtp_tls],
        username=settings.smtp_username or "",
        password=settings.smtp_password.reveal() if settings.smtp_password else "",
        connections=settings.smtp_connections,
    )
