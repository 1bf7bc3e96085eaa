"""`campaigns doctor`."""

import rich_click as click
from msgspec import structs

from campaigns.interfaces.cli.installation import CommandFailedError, Installation
from campaigns.interfaces.cli.output import json_option, print_rows


@click.command()
@json_option
@click.pass_obj
def doctor(installation: Installation, as_json: bool) -> None:
    """Look at what the service needs. Ends with 1 when something would keep it from working."""
    findings = installation.diagnose()
    print_rows([structs.asdict(finding) for finding in findings], as_json=as_json, empty="Nothing to look at.")
    if failed := [finding.check for finding in findings if finding.status == "failed"]:
        raise CommandFailedError(f"failed: {', '.join(failed)}")
