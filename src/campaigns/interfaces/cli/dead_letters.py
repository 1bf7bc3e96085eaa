"""`campaigns events dead-letters`."""

from collections.abc import Sequence
from typing import Any

import rich_click as click

from campaigns.application.analytics.commands.drop_dead_letter import DropDeadLetter
from campaigns.application.analytics.commands.retry_dead_letter import RetryDeadLetter
from campaigns.application.analytics.queries.list_dead_letters import ListDeadLetters
from campaigns.application.shared.consuming import RetriedLetter, StoredLetter
from campaigns.interfaces.cli.asking import asked
from campaigns.interfaces.cli.installation import Installation
from campaigns.interfaces.cli.operator import operator
from campaigns.interfaces.cli.output import json_option, print_json, print_rows

_PAGE = 100


@click.group("dead-letters")
def dead_letters() -> None:
    """Events of others that could not be worked on."""


@dead_letters.command("list")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin after this number.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=_PAGE, show_default=True)
@json_option
@click.pass_obj
def list_some(installation: Installation, after: int, limit: int, as_json: bool) -> None:
    """Show them with their errors, oldest first."""
    found: Sequence[StoredLetter] = asked(installation, ListDeadLetters(caller=operator(), after=after, limit=limit))
    print_rows([_row(one, whole=as_json) for one in found], as_json=as_json, empty="There are no dead letters.")


@dead_letters.command()
@click.argument("numbers", nargs=-1, type=click.IntRange(min=1))
@click.option("--all", "every", is_flag=True, help="All of them.")
@json_option
@click.pass_context
def retry(ctx: click.Context, numbers: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Work on them once more; those that have their effect now are gone from the list."""
    installation: Installation = ctx.obj
    if bool(numbers) == every:
        raise click.UsageError("name the numbers to try again, or --all")
    tried = [_retried(installation, number) for number in (numbers or _every_number(installation))]
    if as_json:
        print_json(tried)
    for one in () if as_json else tried:
        click.echo(f"{one.number}: {one.error or 'had its effect'}")
    if any(one.error for one in tried):
        ctx.exit(1)


@dead_letters.command()
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(min=1))
@click.pass_obj
def drop(installation: Installation, numbers: tuple[int, ...]) -> None:
    """Forget them: they never had an effect, and never will."""
    for number in numbers:
        asked(installation, DropDeadLetter(caller=operator(), number=number))
        click.echo(f"{number}: dropped")


def _retried(installation: Installation, number: int) -> RetriedLetter:
    found: RetriedLetter = asked(installation, RetryDeadLetter(caller=operator(), number=number))
    return found


def _every_number(installation: Installation) -> list[int]:
    numbers, after = list[int](), 0
    while page := asked(installation, ListDeadLetters(caller=operator(), after=after, limit=_PAGE)):
        numbers += [one.number for one in page]
        after = numbers[-1]
    return numbers


def _row(one: StoredLetter, *, whole: bool) -> dict[str, Any]:
    letter, message = one.letter, one.letter.message
    row = {
        "number": one.number,
        "died_at": one.died_at.isoformat(timespec="seconds"),
        "subject": message.subject,
        "code": letter.code,
        "error": letter.error,
    }
    if whole:
        row |= {
            "position": message.position,
            "headers": dict(message.headers),
            "body": message.data.decode(errors="replace"),
        }
    return row
