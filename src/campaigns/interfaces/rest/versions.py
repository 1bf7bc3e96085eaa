"""Optimistic concurrency over HTTP: `ETag: "7"` on the way out, `If-Match: "7"` on the way in."""

import re
from typing import Annotated, Any, TypeVar

from litestar import Response
from litestar.params import HeaderParameter

from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.written_answer import WrittenAnswer

T = TypeVar("T")
WRITTEN = '^([0-9]{1,9}|(W/)?"[0-9]{1,9}"|[*])$'
_VERSION = re.compile(r'(?:W/)?"(?P<quoted>\d{1,9})"|(?P<bare>\d{1,9})')
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description='The version that must still be the present one, as in `"7"`; `*` for any'
    ),
]


async def expected_version(if_match: IfMatch = None) -> int | None:
    """Dependency `expected_version`: the version the caller insists on, None when any will do."""
    return insisted_on(if_match)


def insisted_on(if_match: str | None) -> int | None:
    """The version that an If-Match names; MalformedError when it cannot be read."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        rule = 'must be one version in quotes, as in "7", or *'
        raise MalformedError("If-Match cannot be read", (Violation("/If-Match", rule),))
    return int(found["quoted"] or found["bare"])


class VersionedResponse(Response[T]):
    """JSON with headers and nothing else: the answer of every command, so it skips what the framework offers."""

    def written(self) -> WrittenAnswer:
        return WrittenAnswer(self.status_code or 200, self.content, self.headers)

    def to_asgi_response(self, *_: Any, **__: Any) -> WrittenAnswer:  # type: ignore[override]
        return self.written()


def versioned(content: T, version: int, status_code: int = 200) -> VersionedResponse[T]:
    """An answer that names its version as an ETag."""
    return VersionedResponse(content, status_code=status_code, headers={"ETag": f'"{version}"'})
