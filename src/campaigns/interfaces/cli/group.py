"""`campaigns`: the command line's root."""

from importlib import import_module
from pathlib import Path

import rich_click as click

from campaigns.interfaces.cli.commands import COMMANDS


class CommandTable(click.RichGroup):
    """Finds subcommands in the table and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), function)
        return found if isinstance(found, click.Command) else None


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaigns")
@click.option(
    "--config",
    "config_file",
    envvar="CAMPAIGNS_CONFIG",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file with settings; the environment wins over it.",
)
@click.pass_context
def campaigns(ctx: click.Context, config_file: Path | None) -> None:
    """Campaign management that accounts for every single recipient."""
    ctx.obj.configure(config_file, {})
    ctx.meta["config_file"] = config_file
