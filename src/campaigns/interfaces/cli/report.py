"""`campaigns report`."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import rich_click as click

from campaigns.interfaces.cli.asking import told
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.pictures.gathering import Gathered, gathered


@click.command()
@click.argument("campaign_id", type=click.UUID)
@click.option("--tenant", default="default", show_default=True, help="Whose campaign.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A file; else printed.")
@click.pass_obj
def report(installation: Installation, campaign_id: UUID, tenant: str, output: Path | None) -> None:
    """Render what a campaign achieved, and what may be concluded, as one HTML page that needs nothing else."""
    # What the page is drawn with takes half a second to load.
    from campaigns.interfaces.pictures.page import page  # noqa: PLC0415

    written = page(told(_gathered(installation, tenant, campaign_id)))
    if output is None:
        click.echo(written.decode())
    else:
        output.write_bytes(written)
        click.echo(f"{output} ({len(written):,} bytes)")


async def _gathered(installation: Installation, tenant: str, campaign_id: UUID) -> Gathered:
    async with installation.bus() as bus:
        return await gathered(bus, operator(tenant), campaign_id, datetime.now(UTC))
