"""Apache Spark as a warehouse, over Spark Connect: any cluster that speaks it, without a Java of ours."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.warehouses.columns import readable
from campaigns.infrastructure.audience.warehouses.naming import NAME, TableNames, is_name
from campaigns.infrastructure.audience.warehouses.ports import BEYOND_ALL, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROWS_PER_RANGE = 500_000
_SAMPLED = 1_000  # of so many people one is looked at to find where ranges end
_LARGEST = "1.7976931348623157E308D"
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("string", "varchar", "char"), Kind.TEXT),
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), Kind.INTEGER),
    **dict.fromkeys(("float", "double", "decimal"), Kind.NUMBER),
    **dict.fromkeys(("date", "timestamp", "timestamp_ntz"), Kind.INSTANT),
    "boolean": Kind.BOOLEAN,
    "array<string>": Kind.TEXTS,
}


class SparkDialect:
    types: ClassVar[Mapping[Kind, str]] = {
        Kind.TEXT: "STRING",
        Kind.INTEGER: "BIGINT",
        Kind.NUMBER: "DOUBLE",
        Kind.BOOLEAN: "BOOLEAN",
        Kind.INSTANT: "TIMESTAMP",
        Kind.TEXTS: "ARRAY<STRING>",
    }

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def bound(self, name: str) -> str:
        return f":{name}"

    def fully(self, text: str, shape: str) -> str:
        # `$` alone would pass over a line feed at the end.
        return f"({text} RLIKE '^(?:{shape})$' AND NOT contains({text}, chr(10)) AND NOT contains({text}, chr(13)))"

    def number(self, text: str) -> str:
        return f"(try_cast({text} AS DOUBLE) + 0D)"  # not every server holds -0 for 0

    def instant(self, text: str) -> str:
        seconds = f"regexp_replace({text}, '^(.{{13}}:[0-9][0-9])(Z|[+-].*)?$', '$1:00$2')"
        return f"try_cast({seconds} AS TIMESTAMP)"

    def contains(self, text: str, value: str) -> str:
        return f"contains({text}, {value})"

    def has(self, texts: str, value: str) -> str:
        return f"CASE WHEN {texts} IS NOT NULL THEN coalesce(array_contains({texts}, {value}), false) END"

    def starts(self, text: str, value: str) -> str:
        return f"startswith({text}, {value})"

    def ends(self, text: str, value: str) -> str:
        return f"endswith({text}, {value})"

    def without(self, text: str, shape: str) -> str:
        return f"regexp_replace({text}, '{shape}', '')"

    def loaded(self, name: str, columns: Mapping[str, Kind]) -> str:  # noqa: ARG002  a view knows its own
        return name


class SparkWarehouse:
    """The tables of a Spark catalogue, one for each dataset: see `naming`."""

    dialect = SparkDialect()

    def __init__(self, url: str, names: TableNames) -> None:
        self._url = url
        self._names = names

    def table(self, tenant_id: TenantId, name: str) -> Table | None:
        if not is_name(name):
            return None
        named = ".".join(self.dialect.quoted(part) for part in self._names.parts(tenant_id, name))
        columns = readable(self._described(named))
        if "user_id" not in columns:
            return None
        quoted = self.dialect.quoted
        read = ", ".join(f"{self._read(column, kind)} AS {quoted(column)}" for column, kind in columns.items())
        relation = f"(SELECT {read} FROM {named} WHERE CAST(user_id AS STRING) <> '')"
        return Table(relation=relation, columns=columns)

    def _described(self, named: str) -> list[tuple[str, Kind | None]]:
        from pyspark.errors import AnalysisException  # noqa: PLC0415

        with self._connected() as spark:
            try:
                schema = spark.sql(f"SELECT * FROM {named} LIMIT 0").schema
            except AnalysisException:
                return []
        return [(field.name, _KINDS.get(field.dataType.simpleString().split("(")[0])) for field in schema.fields]

    @contextmanager
    def opened(self, tables: Iterable[Table]) -> Iterator["SparkConnectSession"]:  # noqa: ARG002  rights are the user's
        with self._connected() as spark:
            yield SparkConnectSession(spark)

    @contextmanager
    def _connected(self) -> Iterator["SparkSession"]:
        from pyspark.errors import PySparkException  # noqa: PLC0415  an extra: only where it is configured
        from pyspark.sql import SparkSession  # noqa: PLC0415

        try:
            spark = SparkSession.builder.remote(self._url).create()
            try:
                spark.conf.set("spark.sql.session.timeZone", "UTC")
                yield spark
            finally:
                spark.stop()
        except PySparkException as error:
            raise DependencyDownError(NAME, str(error).splitlines()[0][:200]) from error

    def _read(self, name: str, kind: Kind) -> str:
        column = self.dialect.quoted(name)
        written = f"CAST({column} AS {self.dialect.types[kind]})"
        match kind:
            case Kind.TEXT:
                return f"nullif({written}, '')"
            case Kind.NUMBER:
                finite = f"NOT isnan({written}) AND abs({written}) <= {_LARGEST}"
                return f"CASE WHEN {finite} THEN {written} + 0D END"
            case _:
                return written


class SparkConnectSession:
    def __init__(self, spark: "SparkSession") -> None:
        self._spark = spark

    def load(self, name: str, rows: pa.Table) -> None:
        self._spark.createDataFrame(rows).createOrReplaceTempView(name)

    def ranges(self, people: Table | None) -> Iterator[tuple[str, str]]:
        """By a sample that is the same every time: ids whose hash falls into one of many classes."""
        ends: list[str] = []
        if people:
            sample = f"SELECT user_id FROM {people.relation} WHERE pmod(xxhash64(user_id), {_SAMPLED}) = 0 ORDER BY 1"
            step = _ROWS_PER_RANGE // _SAMPLED
            ends = self._spark.sql(sample).toArrow().column(0).to_pylist()[step::step]
        return pairwise(["", *sorted(set(ends)), BEYOND_ALL])

    def batches(self, query: str, bound: Mapping[str, Any], rows: int) -> Iterator[pa.RecordBatch]:
        yield from self._spark.sql(query, args=dict(bound)).toArrow().to_batches(rows)

    def first(self, query: str, bound: Mapping[str, Any]) -> tuple[Any, ...]:
        found = self._spark.sql(query, args=dict(bound)).toArrow()
        return tuple(column[0].as_py() for column in found.columns)  # by place: names may come twice
