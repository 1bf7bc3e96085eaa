"""`campaigns audience`."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import rich_click as click

from campaigns.application.audience.commands.import_dataset import ImportDataset
from campaigns.application.audience.commands.suppress_people import Said, SuppressPeople
from campaigns.application.audience.ports import Import
from campaigns.application.audience.queries.find_people import FindPeople, Found
from campaigns.application.audience.queries.show_import import ShowImport
from campaigns.application.shared.bus import Bus
from campaigns.domain.audience.segment import LONGEST_USER_ID
from campaigns.domain.audience.suppression import CHANNEL_WORDS, EVERYWHERE, REASON_WORDS, SuppressionReason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.cli.asking import told
from campaigns.interfaces.cli.finding_people import asking_for_people, dataset_option, tenant_option
from campaigns.interfaces.cli.installation import CommandFailedError, Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_json, print_rows
from campaigns.interfaces.csv_text import csv_line

_PIECE = 1_048_576
_POLL = 0.3
_SUPPRESSED_AT_ONCE = 10_000


@click.group()
def audience() -> None:
    """People: take them in, look at them, write them out."""


@audience.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@tenant_option
@dataset_option
@click.option("--wait", default=300, show_default=True, help="Seconds to wait for its end; 0: not at all.")
@json_option
@click.pass_obj
def import_(installation: Installation, *, file: Path, tenant: str, dataset: str, wait: int, as_json: bool) -> None:
    """Take in a CSV, XLSX or Parquet file as the new version of a dataset; a running service reads it."""
    done = told(_imported(installation, file, tenant, dataset, wait))
    shown = {"id": str(done.id), "status": done.status, "rows": done.rows, "imported": done.imported}
    shown |= {"rejected": done.rejected, "replaced": done.replaced, "error": done.error}
    print_json(shown) if as_json else print_rows([shown], as_json=False, empty="")
    if done.status == "failed":
        raise CommandFailedError(str(done.error))


async def _imported(installation: Installation, file: Path, tenant: str, dataset: str, wait: int) -> Import:
    async with installation.bus() as bus:
        with file.open("rb") as opened:
            command = ImportDataset(
                caller=operator(tenant), file_name=file.name, content=_pieces(opened), dataset=dataset
            )
            upload: Import = await bus(command)
        return await _ended(bus, upload, tenant, wait)


async def _ended(bus: Bus, upload: Import, tenant: str, wait: int) -> Import:
    waited = 0.0
    while upload.status in ("pending", "running") and waited < wait:
        await asyncio.sleep(_POLL)
        waited += _POLL
        upload = await bus(ShowImport(caller=operator(tenant), import_id=upload.id))
    return upload


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece


@audience.command()
@asking_for_people
@click.option("--limit", default=20, show_default=True, type=click.IntRange(0, 1_000_000), help="How many to show.")
@json_option
@click.pass_obj
def query(installation: Installation, *, asked: FindPeople, limit: int, as_json: bool) -> None:
    """Count the people who meet criteria and pass filters, and show the first of them."""
    found, rows = told(_queried(installation, msgspec.structs.replace(asked, limit=limit)))
    steps = [{"filter": one.name, "removed": one.removed, "left": one.left} for one in found.steps]
    if as_json:
        print_json({"count": found.count, "people": rows} | ({"filters": steps} if steps else {}))
        return
    print_rows(rows, as_json=False, empty="Nobody to show.")
    if steps:
        print_rows(steps, as_json=False, empty="")
    click.echo(f"{found.count:,} people")


async def _queried(installation: Installation, asked: FindPeople) -> tuple[Found, list[Any]]:
    async with installation.bus() as bus:
        found: Found = await bus(asked)
        return found, [_shown(row) async for batch in found.batches for row in batch]


@audience.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@asking_for_people
@click.pass_obj
def export(installation: Installation, *, file: Path, asked: FindPeople) -> None:
    """Write people to a CSV file; cells that a spreadsheet would run as a formula are defused."""
    count = told(_exported(installation, file, asked))
    click.echo(f"{count:,} people in {file}")


async def _exported(installation: Installation, file: Path, asked: FindPeople) -> int:
    async with installation.bus() as bus:
        found: Found = await bus(asked)
        with file.open("wb") as out:
            out.write(csv_line(found.columns))
            async for batch in found.batches:
                lines = [csv_line([_cell(row[column]) for column in found.columns]) for row in batch]
                await asyncio.to_thread(out.write, b"".join(lines))
        return found.count


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return "|".join(value) if isinstance(value, list) else value


@audience.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@tenant_option
@click.option(
    "--channel",
    default="*",
    show_default=True,
    type=click.Choice(CHANNEL_WORDS),
    help="Where.",
)
@click.option("--reason", default="manual", show_default=True, type=click.Choice(REASON_WORDS), help="Why.")
@click.pass_obj
def suppress(installation: Installation, *, file: Path, tenant: str, channel: Any, reason: SuppressionReason) -> None:
    """Suppress everybody whom a CSV file names in its column user_id; doing so again changes nothing.

    Where it has columns channel and reason, a row that fills them is heard.
    """
    said = _said(file, {"channel": channel, "reason": reason})
    told(_suppressed(installation, said, tenant))
    click.echo(f"{len({one.user_id for one in said}):,} people are not written to any more")


def _said(file: Path, otherwise: Mapping[str, str]) -> list[Said]:
    """Once for each person and channel: the last row. CommandFailedError names the first row that cannot be used; then
    nobody is suppressed.
    """
    said: dict[tuple[str, str], Said] = {}
    for number, row in enumerate(_rows(file), 2):
        if rule := _broken_rule(row):
            raise CommandFailedError(f"row {number}: {rule}")
        user_id, channel, reason = row["user_id"], *(row.get(name) or other for name, other in otherwise.items())
        where = EVERYWHERE if channel == EVERYWHERE else ChannelType(channel)
        said[user_id, channel] = Said(user_id=UserId(user_id), channel=where, reason=cast("SuppressionReason", reason))
    return list(said.values())


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            if "user_id" not in (rows.fieldnames or ()):
                raise CommandFailedError("the header names no column user_id")
            return list(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandFailedError(f"the file is not CSV in UTF-8: {error}") from error


def _broken_rule(row: Mapping[str, str]) -> str | None:
    user_id = row["user_id"]
    if not user_id or len(user_id) > LONGEST_USER_ID or "\0" in user_id:
        return f"user_id must have 1 to {LONGEST_USER_ID} characters"
    for name, words in (("channel", CHANNEL_WORDS), ("reason", REASON_WORDS)):
        if row.get(name) and row[name] not in words:
            return f"{name} must be one of {', '.join(words)}"
    return None


async def _suppressed(installation: Installation, said: list[Said], tenant: str) -> None:
    async with installation.bus() as bus:
        for first in range(0, len(said), _SUPPRESSED_AT_ONCE):
            some = tuple(said[first : first + _SUPPRESSED_AT_ONCE])
            await bus(SuppressPeople(caller=operator(tenant), said=some, source="import"))
