"""What the service tells the world: conventions of every context's `published.py`.

A context lists its news as `PUBLISHED: PublishedCatalogue = {"campaign.activated": CampaignActivatedNews, …}`: the wire
name is the CloudEvents type and, with the configured prefix, the NATS subject. A wire name and its shape are for ever:
fields are added with defaults, never renamed or removed. Its `infrastructure/<context>/publishing.py` says in
one table what of the log is news and how it is told; what the table does not name is nobody else's business.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from campaigns.application.shared.published_fields import CampaignId


class PublishedEvent(Struct, frozen=True, kw_only=True):
    """The `data` of one CloudEvent. Times are UTC; its docstring is the event's description in the contract."""

    campaign_id: CampaignId


PublishedCatalogue = Mapping[str, type[PublishedEvent]]


class WireNames:
    """Every context's news in one registry, both ways."""

    def __init__(self, catalogues: Iterable[PublishedCatalogue]) -> None:
        self.catalogue: dict[str, type[PublishedEvent]] = {}
        for catalogue in catalogues:
            if twice := self.catalogue.keys() & catalogue.keys():
                raise ValueError(f"published twice: {', '.join(sorted(twice))}")
            self.catalogue.update(catalogue)
        self._names = {struct: name for name, struct in self.catalogue.items()}

    def of(self, event: PublishedEvent) -> str:
        """The wire name of a piece of news. A KeyError means that its context forgot to list it."""
        return self._names[type(event)]
