"""The warehouse that is configured: one with an address, else the embedded engine over imported files."""

from urllib.parse import urlsplit

from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse
from campaigns.infrastructure.audience.warehouses.naming import TableNames
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.postgres import PostgresWarehouse
from campaigns.infrastructure.audience.warehouses.spark import SparkWarehouse
from campaigns.infrastructure.settings import Settings


def configured_warehouse(settings: Settings, datasets: Datasets, limits: EngineLimits) -> Warehouse:
    if settings.audience_engine_url is None:
        return DuckDbWarehouse(datasets, limits)
    url, names = settings.audience_engine_url.reveal(), TableNames(settings.audience_engine_tables)
    return SparkWarehouse(url, names) if urlsplit(url).scheme == "sc" else PostgresWarehouse(url, names)
