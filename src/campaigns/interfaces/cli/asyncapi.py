"""`campaigns asyncapi`."""

import rich_click as click

from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.output import json_option, print_json
from campaigns.interfaces.rest.feed.asyncapi import asyncapi_document, asyncapi_yaml
from campaigns.interfaces.rest.feed.catalogue import all_news


@click.command()
@json_option
@click.pass_obj
def asyncapi(installation: Installation, as_json: bool) -> None:
    """Print the AsyncAPI 3 document of everything that is published."""
    terms, catalogue = installation.event_terms(), all_news().catalogue
    if as_json:
        print_json(asyncapi_document(catalogue, terms))
    else:
        click.echo(asyncapi_yaml(catalogue, terms), nl=False)
