"""`campaigns events`."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import rich_click as click
from msgspec.structs import replace

from campaigns.application.analytics.commands.republish_events import RepublishEvents
from campaigns.application.analytics.queries.read_feed import FeedPage, ReadFeed
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.interfaces.cli.dead_letters import dead_letters
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_json

_POLL_SECONDS = 0.5
_COLOURS = {"created": "green", "started": "green", "completed": "green", "cancelled": "red", "failed": "red"}


@click.group()
def events() -> None:
    """What the service tells the world, and what it hears of others."""


events.add_command(dead_letters)


@events.command()
@click.option("--from", "after", type=click.IntRange(min=0), default=0, help="Begin after this position.")
@json_option
@click.pass_obj
def republish(installation: Installation, after: int, as_json: bool) -> None:
    """Publish the log again; what the stream still remembers is not stored twice."""
    published, position = asyncio.run(_republish(installation, after))
    if as_json:
        print_json({"published": published, "position": position})
    else:
        click.echo(f"published {published:,} events, up to position {position:,}")


@events.command()
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin after this position.")
@click.option("--type", "types", multiple=True, help="Only this event type; may be given several times.")
@click.option("--campaign", help="Only this campaign.")
@click.option("--tenant", default="default", show_default=True)
@click.option("--follow/--no-follow", default=True, help="Wait for more, or end at the last one.")
@json_option
@click.pass_obj
def tail(
    installation: Installation,
    *,
    after: int,
    types: Sequence[str],
    campaign: str | None,
    tenant: str,
    follow: bool,
    as_json: bool,
) -> None:
    """Watch the events of a tenant."""
    query = ReadFeed(caller=operator(tenant), after=after, types=tuple(types), limit=500)
    try:
        asyncio.run(_tail(installation, query, campaign, follow=follow, as_json=as_json))
    except KeyboardInterrupt:
        click.echo()


async def _republish(installation: Installation, after: int) -> tuple[int, int]:
    async with installation.bus() as bus:
        published, position = await bus(RepublishEvents(caller=operator(), after=after))
        return published, position


async def _tail(
    installation: Installation, query: ReadFeed, campaign: str | None, *, follow: bool, as_json: bool
) -> None:
    async with installation.bus() as bus:
        async for event in _events(bus, query, follow=follow):
            if campaign in (None, event.subject):
                _show(event, as_json=as_json)


async def _events(bus: Bus, query: ReadFeed, *, follow: bool) -> AsyncIterator[CloudEvent]:
    """Page after page; at the end of the feed it is over, or asked again."""
    while True:
        page: FeedPage = await bus(query)
        for event in page.events:
            yield event
        if page.next_after == query.after:
            if not follow:
                return
            await asyncio.sleep(_POLL_SECONDS)
        query = replace(query, after=page.next_after)


def _show(event: CloudEvent, *, as_json: bool) -> None:
    if as_json:
        print_json(event)
        return
    colour = _COLOURS.get(event.type.rpartition(".")[2], "cyan")
    details = getattr(event.data, "name", None) or getattr(event.data, "reason", None) or ""
    click.echo(
        f"{event.sequence:>8}  {event.time:%Y-%m-%d %H:%M:%S}  "
        f"{click.style(f'{event.type:<28}', fg=colour)} {event.subject}  {details}"
    )
