"""The real experiment of 64,000 customers, read from where it was put; it is not part of this project.

HILLSTROM_CSV names the file, or it lies in `shared/data` beside the project. Tests are skipped, by name, without it.
"""

import csv
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from campaigns.domain.experiment.arms import Arm, Revenue

CONTROL, MENS, WOMENS = "No E-Mail", "Mens E-Mail", "Womens E-Mail"
_SHA256 = "0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece"
_FOLDERS = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]


def customers() -> list[Mapping[str, str]]:
    """A row for each customer: `segment` is the arm; `visit` and `conversion` are 0 or 1, `spend` is an amount."""
    path = Path(os.environ.get("HILLSTROM_CSV", "hillstrom.csv"))
    found = next((place for place in (path, *(folder / path for folder in _FOLDERS)) if place.is_file()), None)
    if found is None:
        pytest.skip("hillstrom.csv is not here: name it by HILLSTROM_CSV to compare with a real experiment")
    assert sha256(found.read_bytes()).hexdigest() == _SHA256
    with found.open(newline="") as lines:
        return list(csv.DictReader(lines))


def arms(rows: Sequence[Mapping[str, str]], outcome: str = "conversion") -> list[Arm]:
    """The three arms, the control first; `outcome` names the column that counts as success."""
    return [_arm(name, [row for row in rows if row["segment"] == name], outcome) for name in (CONTROL, MENS, WOMENS)]


def _arm(name: str, rows: Sequence[Mapping[str, str]], outcome: str) -> Arm:
    spent = [Decimal(row["spend"]) for row in rows]
    return Arm(
        name=name,
        people=len(rows),
        successes=sum(row[outcome] == "1" for row in rows),
        revenue=Revenue(total=sum(spent, Decimal(0)), squares=sum((amount * amount for amount in spent), Decimal(0))),
        is_control=name == CONTROL,
    )
