"""The providers file: the shape of every table in it. Unknown keys are errors."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.infrastructure.settings import HttpUrl, Port, SmtpTls

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Text = Annotated[str, Meta(min_length=1, max_length=1_024)]
Rate = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Days = Annotated[tuple[Rate, ...], Meta(min_length=1, max_length=366)]
Priority = Annotated[int, Meta(ge=0, le=1_000)]
Weight = Annotated[int, Meta(ge=1, le=1_000)]
Connections = Annotated[int, Meta(ge=1, le=1_000)]
Sender = Annotated[str, Meta(pattern=r"^[^\s@]*@?[^\s@]+$", max_length=254)]

Label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Selector = Annotated[str, Meta(pattern=rf"^{Label}(?:\.{Label})*\Z", max_length=120)]
Domain = Annotated[str, Meta(pattern=rf"^{Label}(?:\.{Label})+\Z", max_length=120)]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class LimitsTable(_Table, frozen=True, kw_only=True):
    """At most so many messages in any minute, hour and day; `spread`: evenly, not all at once."""

    per_minute: Rate | None = None
    per_hour: Rate | None = None
    per_day: Rate | None = None
    spread: bool = False


class WarmUpTable(_Table, frozen=True, kw_only=True):
    """How many messages on the first day, the second …; no limit afterwards."""

    per_day: Days


class ProviderTable(_Table, frozen=True, kw_only=True, tag_field="kind"):
    """What all kinds have. Without tenants or sender domains a provider takes those of all."""

    name: Name
    channels: Annotated[tuple[ChannelType, ...], Meta(min_length=1)] | None = None
    tenants: tuple[Text, ...] = ()
    sender_domains: tuple[Text, ...] = ()
    priority: Priority = 100
    weight: Weight = 1
    limits: LimitsTable = LimitsTable()
    warm_up: WarmUpTable | None = None


class DkimTable(_Table, frozen=True, kw_only=True):
    """Whose signature the mails bear, with a private key in PEM: RSA, or Ed25519."""

    domain: Domain
    selector: Selector
    private_key_file: Text


class SmtpTable(ProviderTable, frozen=True, kw_only=True, tag="smtp"):
    host: Text
    port: Port = 25
    tls: SmtpTls = SmtpTls.STARTTLS
    username: Text | None = None
    password_file: Text | None = None
    connections: Connections = 10
    feedback: Literal["ses", "sendgrid", "mailgun", "postmark"] | None = None
    dkim: DkimTable | Annotated[tuple[DkimTable, ...], Meta(max_length=4)] = ()


class NotificationTable(ProviderTable, frozen=True, kw_only=True, tag="notification"):
    url: HttpUrl


class PipelineTable(ProviderTable, frozen=True, kw_only=True, tag="pipeline"):
    pass


class WebhookTable(ProviderTable, frozen=True, kw_only=True, tag="webhook"):
    secret_file: Text | None = None


AnyProvider = SmtpTable | NotificationTable | PipelineTable | WebhookTable


class SenderTable(_Table, frozen=True, kw_only=True):
    """Limits of one sender, an address or a domain, whichever provider takes its mails."""

    sender: Sender
    limits: LimitsTable = LimitsTable()
    warm_up: WarmUpTable | None = None


class ProvidersDocument(_Table, frozen=True, kw_only=True):
    providers: tuple[AnyProvider, ...] = ()
    senders: tuple[SenderTable, ...] = ()
