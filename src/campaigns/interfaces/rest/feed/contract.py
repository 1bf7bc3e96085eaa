"""The events' contract, served beside the API's."""

from functools import cache

from litestar import Response, get

from campaigns.interfaces.rest.feed.asyncapi import asyncapi_yaml
from campaigns.interfaces.rest.feed.catalogue import all_news
from campaigns.interfaces.rest.guards import PUBLIC


@get("/asyncapi.yaml", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def asyncapi() -> Response[bytes]:
    return Response(_document(), media_type="application/yaml")


@cache
def _document() -> bytes:
    return asyncapi_yaml(all_news().catalogue).encode()
