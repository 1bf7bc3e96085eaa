"""`campaigns serve`."""

import rich_click as click

from campaigns.interfaces.cli.installation import Installation, ServePlan

ROLES = ("api", "tracking", "worker", "scheduler", "relay", "projector", "consumer")


class RoleList(click.ParamType[tuple[str, ...]]):
    """Roles, comma separated."""

    name = "roles"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        roles = tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))
        unknown = [role for role in roles if role not in ROLES] or ([] if roles else ["nothing"])
        if unknown:
            self.fail(f"{', '.join(unknown)} is no role; roles are {', '.join(ROLES)}", param, ctx)
        return roles


@click.command()
@click.option("--role", "roles", type=RoleList(), default=(), help=f"Only these, in one process: {','.join(ROLES)}.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of the API (PORT, 8080); 0 takes any free one.")
@click.option("--host", help="Address to listen on (CAMPAIGN_SERVICE_HOST, 127.0.0.1).")
@click.option("--workers", type=click.IntRange(1, 1_000), help="Worker processes (CAMPAIGNS_WORKERS, 1).")
@click.option("--supervised", is_flag=True, hidden=True)
@click.option("--socket", "sockets", multiple=True, type=int, hidden=True)
@click.pass_context
def serve(  # noqa: PLR0917 - click passes by name
    ctx: click.Context,
    roles: tuple[str, ...],
    port: int | None,
    host: str | None,
    workers: int | None,
    supervised: bool,
    sockets: tuple[int, ...],
) -> None:
    """Run the service. With no database configured it starts its own PostgreSQL and NATS below CAMPAIGNS_HOME."""
    installation: Installation = ctx.obj
    given = {"PORT": port, "CAMPAIGN_SERVICE_HOST": host, "CAMPAIGNS_WORKERS": workers}
    overrides = {name: str(value) for name, value in given.items() if value is not None}
    installation.configure(ctx.meta.get("config_file"), overrides)
    installation.serve(ServePlan(roles=roles, sockets=sockets, supervised=supervised))
