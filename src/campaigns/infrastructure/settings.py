"""Everything an operator can set. Where the values come from: see `settings_sources`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

from campaigns.application.shared.event_terms import EventTerms

Port = Annotated[int, Meta(ge=0, le=65_535)]
Count = Annotated[int, Meta(ge=1, le=1_000)]
Ttl = Annotated[int, Meta(ge=0, le=86_400)]
"""Seconds; 0: not at all."""
Rate = Annotated[int, Meta(ge=1)]
HttpUrl = Annotated[str, Meta(pattern=r"^https?://[^\s/]+")]


class Secret:
    """A text that is used, never shown: printing, logging and comparing by eye all see dots."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: only on the line that hands it to a driver."""
        return self._text

    def __repr__(self) -> str:
        return "•••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class SslMode(StrEnum):
    DISABLE = "disable"
    ALLOW = "allow"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


PerChannel = Annotated[str, Meta(pattern=r"^[a-z_]+=[A-Za-z0-9.]+(,[a-z_]+=[A-Za-z0-9.]+)*$", max_length=500)]
"""One word or number per channel: `email=…,sms=…`."""


GuardrailLimits = Annotated[
    str,
    Meta(
        pattern=r"^(bounce|complaint|error|unsubscribe)=[0-9]{1,2}(\.[0-9]+)?"
        r"(,(bounce|complaint|error|unsubscribe)=[0-9]{1,2}(\.[0-9]+)?)*$",
        max_length=200,
    ),
]
"""Limits in percent: `bounce=5,complaint=0.3`."""


TablePattern = Annotated[str, Meta(pattern=r"^[^\s\"`%]*\{dataset\}[^\s\"`%]*$", max_length=200)]
"""A table's name with `{dataset}` in it, and `{tenant}` where each tenant has its own."""


class SmtpTls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class Settings(Struct, frozen=True, kw_only=True):
    """One value each; a field's environment variables are its name in capitals, or those in `VARIABLES`."""

    # HTTP
    port: Port = 8080
    host: str = "127.0.0.1"
    operations_port: Port | None = None  # health and metrics of processes without API or tracking; None: not served
    public_url: HttpUrl | None = None  # where recipients reach us; None: this process' own address
    max_body_bytes: Annotated[int, Meta(ge=1_024, le=1_000_000_000)] = 10_000_000  # uploads may be larger
    requests_per_minute: Rate = 60_000  # of one principal, to one process; more is 429
    requests_at_once: Count = 64  # in one process; a thousand more wait a second, then 503
    local_access: bool | None = None  # loopback callers need no key; None: yes, with the embedded database

    # PostgreSQL; with neither a url nor a host the service starts its own
    database_url: Secret | None = None
    db_host: str | None = None
    db_port: Port = 5432
    db_user: str = "postgres"
    db_password: Secret | None = None
    db_name: str = "campaigns_db"
    db_sslmode: SslMode = SslMode.PREFER
    database_pool_size: Count = 12
    database_idle_seconds: Annotated[int, Meta(ge=2, le=3_600)] = 10  # then a frozen process loses its locks

    # NATS; without a url the service starts its own
    nats_url: str | None = None
    nats_username: str | None = None
    nats_password: Secret | None = None
    nats_token: Secret | None = None
    nats_stream: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "CAMPAIGNS"
    nats_subject_prefix: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "campaign"
    nats_single_messages: bool = False  # whether each event about a message travels alone instead of in batches
    nats_inbound_prefix: Annotated[str, Meta(pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$", max_length=200)] = ""
    nats_inbound_stream: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None  # see docs/events.md
    inbox_retention_days: Annotated[int, Meta(ge=8, le=3_650)] = 30  # how long events of others are remembered

    # Services it calls; without a url the embedded default answers
    rules_service_url: HttpUrl | None = None
    notification_service_url: HttpUrl | None = None
    task_service_url: HttpUrl | None = None  # rings for planned starts (`task.executed`); our own clock stays behind it
    audience_engine_url: Secret | None = None  # where people are: postgresql://…, Spark Connect sc://…
    audience_engine_tables: TablePattern = "{tenant}.{dataset}"  # which table there is which dataset of whom
    campaign_redis_url: Secret | None = None  # Redis or Valkey, to remember estimates for all processes
    isa_data_url: HttpUrl | None = None  # segments and profiles that another service keeps, beside our own
    isa_creative_url: HttpUrl | None = None  # templates that a creative service keeps, beside our own
    segment_cache_ttl: Ttl = 300  # how long an estimate is remembered, unless what decides it changes
    creative_cache_ttl: Ttl = 300  # how long a template of the creative service is remembered
    allow_private_addresses: bool = False  # whether webhooks may lead to loopback and private networks
    webhook_secret: Secret | None = None  # `whsec_<base64>`: signs outgoing webhooks

    # Campaigns
    schedule_notice_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 5  # how far ahead a start is planned at least
    experiment_interval_seconds: Annotated[float, Meta(ge=0.1, le=86_400)] = 60.0  # between two looks at a running test
    trigger_gathering_seconds: Annotated[float, Meta(ge=0, le=3_600)] = 5.0  # runs of one campaign are so far apart
    event_retention_days: Annotated[int, Meta(ge=1, le=36_500)] = 90  # how long outside events and histories are kept

    # E-mail
    smtp_host: str | None = None
    smtp_port: Port = 25
    smtp_username: str | None = None
    smtp_password: Secret | None = None
    smtp_tls: SmtpTls = SmtpTls.STARTTLS
    smtp_connections: Count = 10

    # Sending
    providers_file: Path | None = None  # named providers with their limits, TOML or JSON: see docs/providers.md
    workers: Count = 1
    message_rate_limit_per_minute: Rate | None = None
    message_rate_limit_per_hour: Rate | None = None
    message_costs: PerChannel | None = None  # `email=0.0004,sms=0.05`, per message, in the currency of the budgets
    uncertain_messages: PerChannel | None = None  # `email=leave,sms=resend`: what may or may not have been delivered
    guardrails: GuardrailLimits | None = None  # `bounce=5,complaint=0.3`: percent, where a campaign sets none itself
    feedback_secrets: Secret | None = None  # `provider:secret[,…]`: what proves their webhooks, see docs/feedback.md
    feedback_max_age_hours: Annotated[int, Meta(ge=1, le=720)] = 72  # older signatures are refused
    sns_confirm_subscriptions: bool = True  # of the topics among the feedback secrets; else the log says what to open
    sns_certificates: Path | None = None  # a folder with Amazon's certificates; None: they are fetched
    trap_links: bool = False  # mails carry a link that people do not see: machines that follow links betray themselves
    tracking_keys: Secret | None = None  # `id:hex[,id:hex…]`, the first signs; None: made once, kept in the home
    erasure_key: Secret | None = None  # hexadecimal: knows erased people again; None: made once, kept in the home

    # Where things are, and who runs them
    home: Path = Path(".campaigns")
    archive_folder: Path | None = None  # where ended executions go, shared by all hosts; None: `archive` in the home
    ledger_retention_days: Annotated[int, Meta(ge=0, le=36_500)] = 90  # how long they stay in the ledger; 0: for ever
    run_as: str | None = None  # the embedded servers' account when started by root
    embedded_nats_port: Port = 0  # 0: any free port

    # Logs
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.AUTO

    def embedded_database(self) -> bool:
        """Whether the service starts its own PostgreSQL."""
        return self.database_url is None and self.db_host is None

    def base_url(self) -> str:
        """Where recipients reach us."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def archive(self) -> Path:
        """Where ended executions go."""
        return self.archive_folder or self.home / "archive"

    def embedded_nats(self) -> bool:
        """Whether the service starts its own NATS."""
        return self.nats_url is None

    def event_terms(self) -> EventTerms:
        """Where events are told and heard, and in which form."""
        return EventTerms(
            prefix=self.nats_subject_prefix,
            inbound_prefix=self.nats_inbound_prefix,
            single_messages=self.nats_single_messages,
        )

    def database(self) -> str | None:
        """The database as libpq takes it; None: embedded."""
        if self.database_url is not None:
            return self.database_url.reveal()
        if self.db_host is None:
            return None
        user, name = quote(self.db_user, safe=""), quote(self.db_name, safe="")
        password = f":{quote(self.db_password.reveal(), safe='')}" if self.db_password else ""
        host = f"[{self.db_host}]" if ":" in self.db_host else quote(self.db_host, safe="")
        return f"postgresql://{user}{password}@{host}:{self.db_port}/{name}?sslmode={self.db_sslmode}"


VARIABLES: dict[str, tuple[str, ...]] = {
    "port": ("PORT", "CAMPAIGN_SERVICE_PORT", "CAMPAIGN_API_PORT"),
    "host": ("CAMPAIGN_SERVICE_HOST",),
    "database_url": ("DATABASE_URL", "CAMPAIGN_DB_URL"),
    "db_host": ("DB_HOST", "POSTGRES_HOST"),
    "db_port": ("DB_PORT", "POSTGRES_PORT"),
    "home": ("CAMPAIGNS_HOME",),
    "run_as": ("CAMPAIGNS_RUN_AS",),
    "workers": ("CAMPAIGNS_WORKERS",),
    "local_access": ("CAMPAIGNS_LOCAL_ACCESS",),
    "embedded_nats_port": ("CAMPAIGNS_NATS_PORT",),
    "campaign_redis_url": ("CAMPAIGN_REDIS_URL", "REDIS_URL"),
    "log_level": ("LOG_LEVEL", "CAMPAIGN_LOG_LEVEL"),
}
"""Environment variables of the fields that have others than their own name; earlier ones win."""


def variables(field: str) -> tuple[str, ...]:
    return VARIABLES.get(field, (field.upper(),))
