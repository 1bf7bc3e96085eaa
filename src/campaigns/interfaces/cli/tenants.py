"""`campaigns tenants`."""

import rich_click as click

from campaigns.application.platform.commands.create_tenant import CreateTenant
from campaigns.application.platform.commands.set_tenant_limits import SetTenantLimits
from campaigns.application.platform.queries.list_tenants import ListTenants, TenantPage
from campaigns.application.platform.queries.show_tenant import ShowTenant
from campaigns.domain.platform.limits import LIMIT_NAMES, as_mapping, with_overrides
from campaigns.domain.platform.tenants import Tenant
from campaigns.domain.shared.ids import TenantId
from campaigns.interfaces.cli.asking import asked
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_rows

_MOST = 10_000

limit_option = click.option(
    "--limit",
    "limits",
    type=(click.Choice(LIMIT_NAMES), click.IntRange(min=0)),
    multiple=True,
    metavar="NAME NUMBER",
    help="Another limit than the default; may be given several times.",
)


@click.group()
def tenants() -> None:
    """Who shares this installation."""


@tenants.command()
@click.argument("tenant_id")
@click.option("--name", help="What people call it; the id, if not given.")
@limit_option
@json_option
@click.pass_obj
def create(
    installation: Installation, tenant_id: str, name: str | None, limits: tuple[tuple[str, int], ...], as_json: bool
) -> None:
    """Let a new tenant onto this installation."""
    command = CreateTenant(caller=operator(), tenant_id=tenant_id, name=name or tenant_id, limits=dict(limits))
    _print([asked(installation, command)], as_json=as_json)


@tenants.command("list")
@json_option
@click.pass_obj
def list_all(installation: Installation, as_json: bool) -> None:
    """Show all tenants and their limits."""
    page: TenantPage = asked(installation, ListTenants(caller=operator(), limit=_MOST, offset=0))
    _print(page.tenants, as_json=as_json)


@tenants.command("limits")
@click.argument("tenant_id")
@limit_option
@click.option("--defaults", is_flag=True, help="Give up every override.")
@json_option
@click.pass_obj
def set_limits(
    installation: Installation, tenant_id: str, limits: tuple[tuple[str, int], ...], defaults: bool, as_json: bool
) -> None:
    """Show a tenant's limits, or replace its overrides."""
    caller, named = operator(), TenantId(tenant_id)
    if limits or defaults:
        message = SetTenantLimits(caller=caller, tenant_id=named, limits=dict(limits))
        _print([asked(installation, message)], as_json=as_json)
    else:
        _print([asked(installation, ShowTenant(caller=caller, tenant_id=named))], as_json=as_json)


def _print(found: list[Tenant], *, as_json: bool) -> None:
    rows = [
        {"tenant_id": tenant.tenant_id, "name": tenant.name, **as_mapping(with_overrides(tenant.limits))}
        for tenant in found
    ]
    print_rows(rows, as_json=as_json, empty="There are no tenants.")
