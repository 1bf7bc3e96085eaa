"""`campaigns analytics`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import rich_click as click

from campaigns.application.analytics.commands.rescore_hits import RescoreHits
from campaigns.application.analytics.commands.switch_rules import SwitchRules
from campaigns.application.analytics.queries.compare_rules import CompareRules
from campaigns.application.analytics.rescoring import JudgedHits, VariantHits
from campaigns.application.shared.bus import Bus
from campaigns.interfaces.cli.asking import told
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_rows

_NOTHING = "Nothing was opened or clicked yet."


@click.group()
def analytics() -> None:
    """What the figures are made of."""


@analytics.command()
@click.option("--rules", type=int, required=True, help="The version of the rules that tell people from machines.")
@click.option("--compare", type=int, help="The version to compare with; the standing one when left out.")
@click.option("--switch", is_flag=True, help="Let the re-scored figures stand afterwards.")
@json_option
@click.pass_obj
def rescore(installation: Installation, rules: int, compare: int | None, switch: bool, as_json: bool) -> None:
    """Judge every open and click again, beside the standing figures, and show what differs."""
    found = told(_rescored(installation, rules, compare, switch=switch))
    print_rows(compared(found, rules, compare), as_json=as_json, empty=_NOTHING)


async def _rescored(
    installation: Installation, rules: int, compare: int | None, *, switch: bool
) -> Sequence[JudgedHits]:
    async with installation.bus() as bus:
        for version in {rules} | ({compare} - {None}):
            await _score(bus, version)
        found: Sequence[JudgedHits] = await bus(CompareRules(caller=operator()))
        if switch:
            await bus(SwitchRules(caller=operator(), rules=rules))
        return found


async def _score(bus: Bus, rules: int | None) -> None:
    present: Sequence[JudgedHits] = await bus(CompareRules(caller=operator()))
    if rules is not None and rules != present[0].rules:
        await bus(RescoreHits(caller=operator(), rules=rules))


def compared(versions: Sequence[JudgedHits], rules: int, compare: int | None) -> list[dict[str, Any]]:
    """A row for each campaign and variant, with the figures of both versions."""
    other = versions[0].rules if compare is None else compare
    hits = {version.rules: {_part(part): part for part in version.variants} for version in versions}
    parts = sorted(hits.get(rules, {}).keys() | hits.get(other, {}).keys(), key=str)
    return [
        {"campaign": campaign_id, "variant": variant}
        | {
            name: value
            for version in dict.fromkeys((other, rules))
            for name, value in _counts(version, hits[version].get((campaign_id, variant))).items()
        }
        for campaign_id, variant in parts
    ]


def _part(part: VariantHits) -> tuple[UUID, str | None]:
    return part.campaign_id, part.variant


def _counts(version: int, part: VariantHits | None) -> dict[str, int]:
    kinds = {"opened": part.opened, "clicked": part.clicked} if part else {}
    return {
        f"{kind}_by_{who}_v{version}": getattr(counts, who)
        for kind, counts in kinds.items()
        for who in ("people", "machines")
    }
