"""`campaigns migrate`."""

import rich_click as click

from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.output import json_option, print_rows


@click.command()
@json_option
@click.pass_obj
def migrate(installation: Installation, as_json: bool) -> None:
    """Apply the migrations that are missing; safe to run twice and from several replicas at once."""
    applied = [{"applied": name} for name in installation.migrate()]
    print_rows(applied, as_json=as_json, empty="The database is up to date.")
