"""`campaigns openapi`."""

import rich_click as click

from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.output import json_option, print_json


@click.command()
@json_option
@click.pass_obj
def openapi(installation: Installation, as_json: bool) -> None:  # noqa: ARG001 - JSON is all there is
    """Print the OpenAPI 3.1 document of the REST API."""
    print_json(installation.openapi())
