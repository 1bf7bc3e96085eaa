"""`campaigns demo`."""

import asyncio
import sys
import tempfile
from pathlib import Path

import rich_click as click
from rich.console import Console

from campaigns.interfaces.cli.demo.inbox import Inbox
from campaigns.interfaces.cli.demo.process import ServiceProcess
from campaigns.interfaces.cli.demo.service import Refused, Service
from campaigns.interfaces.cli.demo.story import Story
from campaigns.interfaces.cli.demo.summary import Summary, print_summary
from campaigns.interfaces.cli.installation import CommandFailedError, Installation

_LOG_WIDTH = 120


@click.command()
@click.option("--people", type=click.IntRange(1_000, 1_000_000), default=100_000, show_default=True)
@click.option("--keep", is_flag=True, help="Leave the service running afterwards, until Ctrl-C.")
@click.option("--crash", is_flag=True, help="Kill the worker (SIGKILL) in the middle of the delivery.")
@click.pass_context
def demo(ctx: click.Context, people: int, keep: bool, crash: bool) -> None:
    """Run a whole campaign on sample people: import, segment, launch, deliver, track, account for everyone."""
    summary = asyncio.run(_play(ctx.obj, people, keep=keep, crash=crash))
    if not summary.accounted():
        raise CommandFailedError("the accounting does not add up; see the lines marked with a cross")


async def _play(installation: Installation, people: int, *, keep: bool, crash: bool) -> Summary:
    console = Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)
    home = Path(str(installation.settings()["CAMPAIGNS_HOME"]))
    with tempfile.TemporaryDirectory(prefix="campaigns-demo-") as scratch:
        async with installation.mail_sink() as inbox, ServiceProcess(home, inbox.port) as process:
            console.print(
                f"[bold]Campaigns demo[/]: {people:,} people, e-mail to a local sink, nothing leaves this machine"
            )
            try:
                return await _told(console, process, inbox, Path(scratch), people, keep=keep, crash=crash)
            except (Refused, TimeoutError) as failure:
                raise CommandFailedError(
                    f"{str(failure) or 'the service did not answer in time'}; log: {process.log}"
                ) from failure


async def _told(
    console: Console, process: ServiceProcess, inbox: Inbox, scratch: Path, people: int, *, keep: bool, crash: bool
) -> Summary:
    async with Service(process.address) as service:
        await process.until_ready(service)
        story = Story(service, inbox, console, scratch, people)
        summary = await story.play(process.kill_worker if crash else None)
        print_summary(console, summary, process.address, process.home)
        if keep:
            console.print("\nThe service keeps running; Ctrl-C stops it.")
            await process.until_stopped()
    return summary
