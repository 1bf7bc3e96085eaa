"""One group of waiting saves, written in one transaction; each save gets its own outcome."""

from collections.abc import Sequence

import psycopg
from psycopg import Connection
from psycopg.errors import UniqueViolation

from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError, ConflictError
from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.judging import Rows, require_granted
from campaigns.infrastructure.eventstore.saves import Outcome, Save
from campaigns.infrastructure.postgres.failures import is_lost


def write_group(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    """Record all of them at once; when one is refused, record them one by one. Raises only when Postgres is away."""
    try:
        if not any(save.has_claims for save in saves):
            return _appended(connection, saves)
        with connection.transaction():
            return _claimed_and_appended(connection, saves)
    except (ClaimTakenError, ClaimLimitError):
        return _one_by_one(connection, saves)
    except psycopg.Error as error:
        if is_lost(error):
            raise
        return _one_by_one(connection, saves)


def _appended(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    parameters = statements.appended([record for save in saves for record in save.records])
    row = connection.execute(statements.APPEND, parameters).fetchone()
    return _positions(saves, row)


def _claimed_and_appended(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    asked = statements.claimed([(save.records[0], save.claims) for save in saves if save.has_claims])
    parameters = statements.appended([record for save in saves for record in save.records])
    with connection.pipeline() as pipeline:
        # The append comes first: it holds feed_head, so that nobody else's claims move while these are judged.
        head = connection.execute(statements.APPEND, parameters)
        cursors = {statement: connection.execute(statement, given) for statement, given in asked.items()}
        pipeline.sync()  # a process that freezes from here on is idle for Postgres, and not amid its statements
        answers: dict[str, Rows] = {
            statement: cursor.fetchall() for statement, cursor in cursors.items() if statement != statements.RELEASE
        }
        row = head.fetchone()
    require_granted(asked, answers)
    return _positions(saves, row)


def _positions(saves: Sequence[Save], row: Sequence[int] | None) -> list[Outcome]:
    if row is None:
        raise psycopg.InternalError("the append gave no position")
    position = row[0] - sum(len(save.records) for save in saves)
    outcomes: list[Outcome] = []
    for save in saves:
        position += len(save.records)
        outcomes.append(position)
    return outcomes


def _one_by_one(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    with connection.transaction():
        connection.execute(statements.LOCK)
        return [_alone(connection, save) for save in saves]


def _alone(connection: Connection, save: Save) -> Outcome:
    try:
        with connection.transaction():  # a savepoint: its failure leaves the others alone
            return _claimed_and_appended(connection, [save])[0]
    except (ClaimTakenError, ClaimLimitError) as refusal:
        return _already(connection, save) or refusal
    except UniqueViolation as error:
        return _already(connection, save) or _conflict(save, error)
    except psycopg.Error as error:
        if is_lost(error):
            raise
        return error


def _already(connection: Connection, save: Save) -> int | None:
    """The position, when this very command is what stands at that version: its first answer was lost on the way."""
    last = save.records[-1]
    parameters = {"id": last.originator_id, "version": last.originator_version, "command": last.command_id}
    row = connection.execute(statements.ALREADY, parameters).fetchone()
    return None if row is None else int(row[0])


def _conflict(save: Save, cause: Exception) -> ConflictError:
    first = save.records[0]
    error = ConflictError(f"version {first.originator_version} of {first.originator_id} was recorded by somebody else")
    error.__cause__ = cause
    return error
