"""Parameters that a route does not know: a filter with a typing error must not answer with everything."""

from itertools import chain
from urllib.parse import parse_qsl

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import Scope

from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.refusals import MalformedError

_KNOWN = "known_parameters"


def note_parameters(app: Litestar) -> None:
    """Write down at each guarded route which parameters its query may have; providers may add what they like."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    for handler, model in chain.from_iterable(route.route_handler_map.values() for route in routes):
        if "scope" in handler.opt and "signed_by" not in handler.opt:
            names = frozenset(parameter.field_alias for parameter in model.expected_query_params)
            handler.opt = {**handler.opt, _KNOWN: names}


def require_known_parameters(scope: Scope) -> None:
    """MalformedError names those that the route does not know."""
    query = scope["query_string"]
    known = scope["route_handler"].opt.get(_KNOWN) if query else None
    if known is None:
        return
    asked = dict(parse_qsl(query.decode(), keep_blank_values=True))
    if unknown := [name for name in asked if name not in known]:
        rule = f"is not a parameter here; known: {', '.join(sorted(known)) or 'none'}"
        raise MalformedError("The query has unknown parameters", tuple(Violation(f"/{name}", rule) for name in unknown))
