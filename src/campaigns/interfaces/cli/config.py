"""`campaigns config`."""

import rich_click as click

from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.output import json_option, print_json, print_rows


@click.command()
@json_option
@click.pass_obj
def config(installation: Installation, as_json: bool) -> None:
    """Show the effective settings under their environment variables; secrets are dots."""
    settings = installation.settings()
    if as_json:
        print_json(settings)
    else:
        print_rows([{"setting": name, "value": value} for name, value in settings.items()], as_json=False, empty="")
