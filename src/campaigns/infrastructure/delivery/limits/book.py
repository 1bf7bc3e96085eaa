"""Which limits apply to a message, and which provider will take it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from campaigns.application.delivery.permits import Wanted
from campaigns.domain.delivery.routing import Route, chosen, domain_of, equals
from campaigns.domain.delivery.warming import Allowance
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.limits.meters import Asked

SERVICE = "service"


class Load(Struct, frozen=True):
    """Messages in a row for one provider, and the subjects whose limits they count against."""

    provider: str
    asked: Asked


class LimitBook:
    """`providers` and `senders` by name; what has no limits costs nothing."""

    def __init__(
        self,
        routes: Sequence[Route],
        service: Allowance,
        providers: Mapping[str, Allowance],
        senders: Mapping[str, Allowance],
    ) -> None:
        self._routes = tuple(routes)
        self._senders = senders
        self.allowances = {
            SERVICE: service,
            **{provider_subject(name): allowance for name, allowance in providers.items()},
            **{sender_subject(name): allowance for name, allowance in senders.items()},
        }

    def loads(self, tenant_id: TenantId, wanted: Sequence[Wanted]) -> list[Load]:
        """In the order of what is wanted."""
        return [load for part in wanted for load in self._loads(tenant_id, part)]

    def _loads(self, tenant_id: TenantId, part: Wanted) -> Iterator[Load]:
        among = equals(self._routes, tenant_id, part.channel, part.sender)
        if not among:
            yield Load("", Asked((), len(part.message_ids)))
            return
        subjects = (SERVICE, tenant_subject(tenant_id), *self._sender_subjects(part.sender))
        runs = groupby(part.message_ids, lambda name: chosen(among, name).provider) if len(among) > 1 else None
        sizes = [(name, len(list(run))) for name, run in runs] if runs else [(among[0].provider, len(part.message_ids))]
        for provider, count in sizes:
            yield Load(provider, Asked((*subjects, provider_subject(provider)), count))

    def _sender_subjects(self, sender: str) -> list[str]:
        names = {sender.lower(), domain_of(sender)}
        return [sender_subject(name) for name in sorted(names) if name in self._senders]


def provider_subject(name: str) -> str:
    return f"provider {name}"


def sender_subject(name: str) -> str:
    return f"sender {name}"


def tenant_subject(tenant_id: TenantId) -> str:
    return f"tenant {tenant_id}"
