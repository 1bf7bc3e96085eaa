"""`campaigns ledger`."""

import asyncio
from collections.abc import Sequence

import rich_click as click

from campaigns.application.delivery.archiving import Archived, ArchiveError
from campaigns.application.delivery.commands.archive_ledger import ArchiveLedger
from campaigns.interfaces.cli.installation import CommandFailedError, Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_rows


@click.group()
def ledger() -> None:
    """The ledger: who was planned for what, and what became of it."""


@ledger.command()
@click.option("--days", type=click.IntRange(min=0), help="Ended at least so long ago; without it, as the settings say.")
@json_option
@click.pass_obj
def archive(installation: Installation, days: int | None, as_json: bool) -> None:
    """Move executions that ended long ago into Parquet files. The scheduler does so every hour."""
    found = asyncio.run(_archive(installation, days))
    rows = [{name: getattr(one, name) for name in Archived.__struct_fields__} for one in found]
    print_rows(rows, as_json=as_json, empty="No execution ended long enough ago.")


async def _archive(installation: Installation, days: int | None) -> Sequence[Archived]:
    try:
        async with installation.bus() as bus:
            found: Sequence[Archived] = await bus(ArchiveLedger(caller=operator(), days=days))
            return found
    except ArchiveError as error:
        raise CommandFailedError(str(error)) from error
