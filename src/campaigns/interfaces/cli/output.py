"""What commands print: tables for people, one JSON document for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import rich_click as click

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")


def print_json(document: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2))


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """The same rows either way; `empty` is what people read when there are none."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        click.echo(empty)
    else:
        _print_table(rows)


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    # Rich takes 0.1 s to import, which `serve` need not wait for.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    Console(soft_wrap=False).print(table)
