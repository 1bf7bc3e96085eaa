"""Options that say which people are meant: criteria, and the usual filters under their usual names."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
import rich_click as click

from campaigns.application.audience.queries.find_people import FindPeople
from campaigns.domain.shared.filters import FilterChain
from campaigns.interfaces.cli.installation import CommandFailedError
from campaigns.interfaces.cli.operator import operator

PEOPLE = "people"
tenant_option = click.option("--tenant", default="default", show_default=True, help="Whose people.")
dataset_option = click.option("--dataset", default=PEOPLE, show_default=True, help="`people`, or a list's name.")


class Criteria(click.ParamType[Any]):
    """JSON, as in {"field": "country", "operator": "equals", "value": "DE"}."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return msgspec.json.decode(value, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            self.fail(f"is not a JSON object: {error}", param, ctx)


_OPTIONS = (
    click.option("--criteria", type=Criteria(), help="Only those who meet these criteria (JSON)."),
    click.option("--blacklist", "blacklist_tables", multiple=True, help="Nobody on this list; again: nor on that one."),
    click.option("--device", "devices", multiple=True, help="Only who has it; again: or that one."),
    click.option("--push-stream", "push_streams", multiple=True, help="Only who takes it; again: or that one."),
    click.option("--monthly-active", "mau_only", is_flag=True, help="Only who is active."),
    click.option("--product", "products", multiple=True, help="Only who has it; again: or that one."),
    tenant_option,
    dataset_option,
)


def asking_for_people(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command its question as `asked`."""

    @wraps(command)
    def asking(*given: Any, **words: Any) -> None:
        filters = FilterChain(**{name: words.pop(name) for name in FilterChain.__struct_fields__})
        criteria, tenant, dataset = words.pop("criteria"), words.pop("tenant"), words.pop("dataset")
        if filters.steps() and dataset != PEOPLE:
            raise CommandFailedError("filters are asked of people's profiles: leave --dataset out")
        asked = FindPeople(caller=operator(tenant), criteria=criteria, dataset=dataset, filters=filters)
        command(*given, asked=asked, **words)

    for option in reversed(_OPTIONS):
        asking = option(asking)
    return asking
