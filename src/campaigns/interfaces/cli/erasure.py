"""`campaigns erasure`."""

import rich_click as click
from msgspec.structs import asdict

from campaigns.application.audience.commands.erase_person import ErasePerson
from campaigns.application.audience.commands.reapply_erasures import ReapplyErasures
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.cli.asking import asked
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_rows


@click.group()
def erasure() -> None:
    """People who asked to be forgotten."""


@erasure.command()
@click.argument("user_id")
@click.option("--tenant", default="default", show_default=True)
@json_option
@click.pass_obj
def begin(installation: Installation, user_id: str, tenant: str, as_json: bool) -> None:
    """Forget a person everywhere: the scheduler does so within a minute."""
    found = asked(installation, ErasePerson(caller=operator(tenant), user_id=UserId(user_id)))
    print_rows([{"id": str(found.id), "status": found.status}], as_json=as_json, empty="")


@erasure.command()
@json_option
@click.pass_obj
def reapply(installation: Installation, as_json: bool) -> None:
    """After a backup was restored: forget once more whoever was forgotten since it was made."""
    found = asked(installation, ReapplyErasures(caller=operator()))
    print_rows([asdict(found)], as_json=as_json, empty="")
