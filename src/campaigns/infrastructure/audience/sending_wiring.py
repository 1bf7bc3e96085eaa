"""What sending needs of the audience context: what is known of people, and who must not be reached."""

from campaigns.application.audience.erasing import Erasures
from campaigns.application.audience.people_changes import ProfileChanges
from campaigns.application.audience.ports import ProfileSource, SuppressedPeople, SuppressionEditions, Suppressions
from campaigns.infrastructure.audience.arriving.changes import PostgresProfileChanges
from campaigns.infrastructure.audience.arriving.fresh_profiles import FreshProfiles
from campaigns.infrastructure.audience.data_service.profiles import CompletedProfiles
from campaigns.infrastructure.audience.data_service.service import DataService
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.keys import ErasureKey, parse_erasure_key, persisted_erasure_key
from campaigns.infrastructure.audience.profiles import ParquetProfiles
from campaigns.infrastructure.audience.remembering.configured import ConfiguredMemory
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.audience.warehouses.elsewhere import warehouse_elsewhere
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.profiles import WarehouseProfiles
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.http.reachable import AudienceEngineProbe, DataServiceProbe, SharedMemoryProbe
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

LIFETIMES = (ConfiguredMemory, DataService)
PROBES = {
    "audience engine": AudienceEngineProbe,
    "shared memory": SharedMemoryProbe,
    "data service": DataServiceProbe,
}


def install(composition: Composition, settings: Settings) -> None:
    _install_suppressions(composition, settings)
    _install_profiles(composition, settings)
    memory = ConfiguredMemory(settings.campaign_redis_url)
    composition.instance(ConfiguredMemory, memory).instance(Memory, memory)
    for probe in PROBES.values():
        composition.register(probe)


def _install_suppressions(composition: Composition, settings: Settings) -> None:
    database, key = composition.resolve(Database), erasure_key(settings)
    suppressions, erasures = PostgresSuppressions(database), PostgresErasures(database, key)
    for port in (PostgresSuppressions, Suppressions, SuppressedPeople, SuppressionEditions):
        composition.instance(port, suppressions)
    composition.instance(ErasureKey, key)
    composition.instance(PostgresErasures, erasures).instance(Erasures, erasures)


def _install_profiles(composition: Composition, settings: Settings) -> None:
    """Who people are: as imported, as changed since, and as the data service completes them."""
    service = DataService(settings.isa_data_url)
    composition.instance(DataService, service)
    composition.instance(Datasets, Datasets(settings.home.absolute() / "datasets"))
    changes = PostgresProfileChanges(composition.resolve(Database), composition.resolve(PostgresErasures))
    composition.instance(PostgresProfileChanges, changes).instance(ProfileChanges, changes)
    own = FreshProfiles(_stored_profiles(composition, settings), changes)
    composition.instance(ProfileSource, CompletedProfiles(own, service) if service.configured else own)


def _stored_profiles(composition: Composition, settings: Settings) -> ProfileSource:
    if settings.audience_engine_url is None:
        return ParquetProfiles(composition.resolve(Datasets))
    warehouse = warehouse_elsewhere(settings.audience_engine_url, settings.audience_engine_tables)
    composition.instance(Warehouse, warehouse)
    return WarehouseProfiles(warehouse)


def erasure_key(settings: Settings) -> ErasureKey:
    """From the settings, else that of this home."""
    if settings.erasure_key is not None:
        return parse_erasure_key(settings.erasure_key.reveal())
    return persisted_erasure_key(settings.home)
