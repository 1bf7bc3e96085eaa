"""`campaigns reconcile`."""

import asyncio
from collections.abc import Sequence
from typing import Any

import rich_click as click

from campaigns.application.delivery.queries.reconcile_ledger import ReconcileLedger
from campaigns.application.delivery.reconciling import Reconciled
from campaigns.interfaces.cli.installation import CommandFailedError, Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_rows


@click.command()
@json_option
@click.pass_obj
def reconcile(installation: Installation, as_json: bool) -> None:
    """Recount every message of every execution and compare with the counters; exit code 1 on a mismatch."""
    found = asyncio.run(_reconcile(installation))
    print_rows([_row(one) for one in found], as_json=as_json, empty="There is no execution with a plan.")
    if wrong := [str(one.execution_id) for one in found if not one.agrees]:
        raise CommandFailedError(f"the ledger and its counters disagree about {', '.join(wrong)}")


async def _reconcile(installation: Installation) -> Sequence[Reconciled]:
    async with installation.bus() as bus:
        found: Sequence[Reconciled] = await bus(ReconcileLedger(caller=operator()))
        return found


def _row(one: Reconciled) -> dict[str, Any]:
    counted = {name: getattr(one.counted, name) for name in one.counted.__struct_fields__}
    differences = {name: f"{mine}≠{theirs}" for name, (mine, theirs) in one.counted.differences(one.recounted).items()}
    if one.overlapping:
        differences["told twice"] = str(one.overlapping)
    told = ", ".join(f"{name} {pair}" for name, pair in differences.items())
    return {
        "tenant": one.tenant_id,
        "execution": one.execution_id,
        **counted,
        "agrees": one.agrees,
        "differences": told,
    }
