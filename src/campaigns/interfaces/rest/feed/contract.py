"""The events' contract, served beside the API's."""

from functools import cached_property

from litestar import Response, get
from litestar.di import NamedDependency

from campaigns.application.shared.event_terms import EventTerms
from campaigns.interfaces.rest.feed.asyncapi import asyncapi_yaml
from campaigns.interfaces.rest.feed.catalogue import all_news
from campaigns.interfaces.rest.guards import PUBLIC


class EventContract:
    """The document of this installation, made when it is first asked for."""

    def __init__(self, terms: EventTerms) -> None:
        self._terms = terms

    @cached_property
    def document(self) -> bytes:
        return asyncapi_yaml(all_news().catalogue, self._terms).encode()


@get("/asyncapi.yaml", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
def asyncapi(contract: NamedDependency[EventContract]) -> Response[bytes]:
    return Response(contract.document, media_type="application/yaml")
