"""The final accounting."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.table import Table

STATES = ("holdout", "control", "skipped", "waiting", "sending", "sent", "failed", "uncertain", "cancelled")


class Summary(Struct, frozen=True, kw_only=True):
    """What the service says, and what really arrived (mails by recipient)."""

    campaign: dict[str, Any]
    execution: dict[str, Any]
    metrics: dict[str, Any]
    arrived: Mapping[str, int]
    seconds: float

    def identity(self) -> tuple[int, int]:
        """Audience, and the sum of all states: equal when everybody is accounted for."""
        accounting = self.execution["accounting"]
        return accounting["audience"], sum(accounting[state] for state in STATES)

    def doubled(self) -> int:
        """People who got more than one mail."""
        return sum(count > 1 for count in self.arrived.values())

    def unexplained(self) -> int:
        """Mails that arrived beyond those the ledger calls sent or uncertain, or sent ones that did not arrive."""
        accounting = self.execution["accounting"]
        arrived = len(self.arrived)
        if arrived < accounting["sent"]:
            return int(accounting["sent"] - arrived)
        return max(0, int(arrived - accounting["sent"] - accounting["uncertain"]))

    def accounted(self) -> bool:
        audience, total = self.identity()
        return audience == total and not self.doubled() and not self.unexplained()


def print_summary(console: Console, summary: Summary, address: str, home: Path) -> None:
    console.print(f"\n[bold]{summary.campaign['name']}[/]: {summary.campaign['status']}", soft_wrap=True)
    console.print(_accounting(summary))
    console.print(_checks(summary))
    console.print(_variants(summary))
    campaign = f"{address}/api/v1/campaigns/{summary.campaign['id']}"
    console.print(f"\nDone in {summary.seconds:.1f} s. Where to look next (run with --keep to leave the service up):")
    for what, where in (
        ("API docs", f"{address}/docs"),
        ("this campaign's history", f"{campaign}/history"),
        ("why one person got it", f"{campaign}/recipients/u0000001"),
        ("all events, replayable", f"{address}/api/v1/events/feed?after=0"),
        ("its data and logs", str(home)),
    ):
        console.print(f"  {what:<26}{where}", soft_wrap=True, highlight=False)


def _accounting(summary: Summary) -> Table:
    table = Table(box=None)
    table.add_column("Everybody is somewhere")
    table.add_column("people", justify="right")
    for state in STATES:
        table.add_row(state, f"{summary.execution['accounting'][state]:,}")
    audience, total = summary.identity()
    table.add_row("[bold]sum[/]", f"[bold]{total:,}[/]", end_section=True)
    table.add_row("[bold]audience[/]", f"[bold]{audience:,}[/]")
    return table


def _checks(summary: Summary) -> str:
    audience, total = summary.identity()
    lines = (
        (audience == total, "the identity holds: audience = sum of all states"),
        (not summary.doubled(), f"nobody got it twice ({len(summary.arrived):,} people got one mail each)"),
        (not summary.unexplained(), "what arrived is what the ledger says"),
    )
    return "\n".join(f"{'[green]✓[/]' if holds else '[red]✗[/]'} {sentence}" for holds, sentence in lines) + "\n"


def _variants(summary: Summary) -> Table:
    measures = ("sent", "opened", "clicked", "machine_clicks", "converted", "unsubscribed", "revenue")
    table = Table(box=None)
    table.add_column("variant")
    for measure in measures:
        table.add_column(measure.replace("_", " "), justify="right")
    for row in summary.metrics["breakdown"]:
        table.add_row(str(row["variant"]), *(_shown(row["metrics"][measure]) for measure in measures))
    return table


def _shown(figure: Any) -> str:
    """A count, or amounts by currency."""
    if isinstance(figure, Mapping):
        return ", ".join(f"{amount} {currency}" for currency, amount in figure.items()) or "0"
    return f"{figure:,}"
