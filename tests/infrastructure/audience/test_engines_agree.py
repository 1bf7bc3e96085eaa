"""Whatever the criteria and whoever the people: every engine says what the predicate says."""

from pathlib import Path

import pytest
from tests.support import nasty_people
from tests.support.agreement import differences, seeded
from tests.support.engines import everywhere, spark_connect


@pytest.mark.parametrize("seed", [1, 2])
def test_every_engine_says_what_the_predicate_says(seed: int, database_url: str, tmp_path: Path) -> None:
    rows = nasty_people.people(seeded(seed, "people"), 400)
    trees = [nasty_people.criteria(seeded(seed, f"criteria {n}")) for n in range(120)]
    with spark_connect() as address:
        warehouses = everywhere(database_url, address, tmp_path, people=nasty_people.table(rows))
        assert differences(trees, rows, warehouses)[:3] == []
