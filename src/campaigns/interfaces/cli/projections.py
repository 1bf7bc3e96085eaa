"""`campaigns projections`."""

import rich_click as click

from campaigns.application.analytics.commands.rebuild_metrics import RebuildMetrics
from campaigns.interfaces.cli.asking import asked
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_json


@click.group()
def projections() -> None:
    """Read models: what is shown, made from what is recorded."""


@projections.command()
@click.argument("name", type=click.Choice(["metrics"]))
@click.option("--rules", type=int, help="Another version of the rules that tell people from machines.")
@json_option
@click.pass_obj
def rebuild(installation: Installation, name: str, rules: int | None, as_json: bool) -> None:
    """Make a read model anew beside the present one, and switch to it."""
    folded: int = asked(installation, RebuildMetrics(caller=operator(), rules=rules))
    if as_json:
        print_json({"projection": name, "appends": folded})
    else:
        click.echo(f"{name}: rebuilt from {folded:,} appends of the ledger")
