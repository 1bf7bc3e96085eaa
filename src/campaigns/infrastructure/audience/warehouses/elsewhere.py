"""A warehouse with an address of its own; without one the embedded engine serves, over imported files."""

from urllib.parse import urlsplit

from campaigns.infrastructure.audience.warehouses.naming import TableNames
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.postgres import PostgresWarehouse
from campaigns.infrastructure.audience.warehouses.spark import SparkWarehouse
from campaigns.infrastructure.settings import Secret


def warehouse_elsewhere(address: Secret, tables: str) -> Warehouse:
    url, names = address.reveal(), TableNames(tables)
    return SparkWarehouse(url, names) if urlsplit(url).scheme == "sc" else PostgresWarehouse(url, names)
