"""`campaigns keys`."""

from datetime import UTC, datetime, timedelta

import rich_click as click

from campaigns.application.platform.commands.create_api_key import CreateApiKey, IssuedApiKey
from campaigns.application.platform.commands.revoke_api_key import RevokeApiKey
from campaigns.application.platform.queries.list_api_keys import ListApiKeys
from campaigns.application.shared.context import Scope
from campaigns.domain.platform.api_keys import ApiKey
from campaigns.interfaces.cli.asking import asked
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_json, print_rows

tenant_option = click.option("--tenant", default="default", show_default=True, help="Whose keys.")


@click.group()
def keys() -> None:
    """API keys: how programs come in."""


@keys.command()
@click.argument("name")
@tenant_option
@click.option("--scope", "scopes", type=click.Choice([scope.value for scope in Scope]), multiple=True, required=True)
@click.option("--days", type=click.IntRange(min=1, max=36_500), help="How long it is good; for ever, if not given.")
@json_option
@click.pass_obj
def create(
    installation: Installation, *, name: str, tenant: str, scopes: tuple[str, ...], days: int | None, as_json: bool
) -> None:
    """Hand out a key; it is shown this once."""
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    granted = frozenset(Scope(scope) for scope in scopes)
    issued: IssuedApiKey = asked(
        installation, CreateApiKey(caller=operator(tenant), name=name, scopes=granted, expires_at=ends)
    )
    if as_json:
        print_json({"key": issued.key, **_row(issued.record)})
    else:
        click.echo(issued.key)


@keys.command("list")
@tenant_option
@json_option
@click.pass_obj
def list_all(installation: Installation, tenant: str, as_json: bool) -> None:
    """Show a tenant's keys, newest first, without their secrets."""
    found: list[ApiKey] = asked(installation, ListApiKeys(caller=operator(tenant)))
    print_rows([_row(key) for key in found], as_json=as_json, empty=f"The tenant {tenant} has no keys.")


@keys.command()
@click.argument("key_id")
@tenant_option
@click.pass_obj
def revoke(installation: Installation, key_id: str, tenant: str) -> None:
    """End a key, for good; running services stop taking it within five seconds."""
    ended: ApiKey = asked(installation, RevokeApiKey(caller=operator(tenant), key_id=key_id))
    click.echo(f"revoked {ended.key_id} ({ended.name})")


def _row(key: ApiKey) -> dict[str, object]:
    instants = {"created_at": key.created_at, "expires_at": key.expires_at, "revoked_at": key.revoked_at}
    written = {name: instant and instant.isoformat(timespec="seconds") for name, instant in instants.items()}
    return {"key_id": key.key_id, "name": key.name, "scopes": " ".join(sorted(key.scopes)), **written}
