"""The audience context, put together."""

from xxhash import xxh3_128_digest

from campaigns.application.audience.capping import CapReach, TenantCaps
from campaigns.application.audience.people_changes import Preferences, ProfileChanges
from campaigns.application.audience.ports import (
    AudienceCounts,
    AudienceResolver,
    Digests,
    Estimates,
    Imports,
    Orders,
    People,
    PeopleSearch,
    ProfileSource,
    RulesEngine,
    SegmentContents,
    SegmentListing,
    Segments,
    SuppressedPeople,
    SuppressionEditions,
    Suppressions,
)
from campaigns.application.delivery.archiving import Retention
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.audience.arriving.changes import PostgresProfileChanges
from campaigns.infrastructure.audience.arriving.desk import ProfileDesk
from campaigns.infrastructure.audience.arriving.fresh_profiles import FreshProfiles
from campaigns.infrastructure.audience.arriving.preferences import PostgresPreferences
from campaigns.infrastructure.audience.counts import WarehouseCounts
from campaigns.infrastructure.audience.data_service.profiles import CompletedProfiles
from campaigns.infrastructure.audience.data_service.segments import JoinedSegments
from campaigns.infrastructure.audience.data_service.service import DataService
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.erasing.desk import ErasureDesk
from campaigns.infrastructure.audience.erasing.in_files import ErasedInFiles
from campaigns.infrastructure.audience.erasing.wiring import install_erasing
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.frequency_caps import FrequencyCaps
from campaigns.infrastructure.audience.importing.desk import ImportDesk
from campaigns.infrastructure.audience.importing.imports import PostgresImports
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.audience.orders import CampaignOrders
from campaigns.infrastructure.audience.people import StoredPeople
from campaigns.infrastructure.audience.people_search import WarehousePeopleSearch
from campaigns.infrastructure.audience.profiles import ParquetProfiles
from campaigns.infrastructure.audience.remembering.configured import ConfiguredMemory
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.audience.resolution import WarehouseAudiences
from campaigns.infrastructure.audience.rules_access import ConfiguredRules
from campaigns.infrastructure.audience.segment_listing import NAME, PostgresSegmentListing, project
from campaigns.infrastructure.audience.segments import EventSourcedSegments
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.audience.tenant_caps import PostgresTenantCaps
from campaigns.infrastructure.audience.topics import TOPICS
from campaigns.infrastructure.audience.warehouses.configured import configured_warehouse
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.profiles import WarehouseProfiles
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import EventLog, Follower, News
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.http.reachable import (
    AudienceEngineProbe,
    DataServiceProbe,
    RulesEngineProbe,
    SharedMemoryProbe,
)
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "install"]


class SegmentFollower(Follower):
    """Keeps the list of segments."""

    def __init__(self, database: Database, news: News, topics: Topics) -> None:
        super().__init__(database, news, topics, name=NAME, handle=project)


ROLES = {"projector": [SegmentFollower], "scheduler": [ImportDesk, ErasureDesk, ProfileDesk]}
LIFETIMES = (ConfiguredRules, ConfiguredMemory, DataService)
PROBES = {
    "rules engine": RulesEngineProbe,
    "audience engine": AudienceEngineProbe,
    "shared memory": SharedMemoryProbe,
    "data service": DataServiceProbe,
}


def install(composition: Composition, settings: Settings) -> None:
    clock, database = composition.resolve(Clock), composition.resolve(Database)
    home, imports = settings.home.absolute(), ImportLimits()
    datasets, engine = Datasets(home / "datasets"), EngineLimits(scratch=home / "scratch")
    memory = ConfiguredMemory(settings.campaign_redis_url)
    warehouse = configured_warehouse(settings, datasets, engine)
    rules = ConfiguredRules(settings.rules_service_url, home / "rules.json", clock)
    segments, suppressions = EventSourcedSegments(composition.resolve(EventLog)), PostgresSuppressions(database)
    service = DataService(settings.isa_data_url)
    uploads = PostgresImports(database, home / "imports", imports)
    erasures = install_erasing(composition, settings)
    for port, adapter in (
        (Datasets, datasets),
        (EngineLimits, engine),
        (Warehouse, warehouse),
        (SharedAddresses, SharedAddresses(warehouse, engine)),
        (ConfiguredRules, rules),
        (RulesEngine, rules),
        (Segments, segments),
        (SegmentContents, JoinedSegments(segments, service)),
        (DataService, service),
        (PostgresSuppressions, suppressions),
        (Suppressions, suppressions),
        (SuppressedPeople, suppressions),
        (SuppressionEditions, suppressions),
        (ConfiguredMemory, memory),
        (Memory, memory),
        (Imports, uploads),
        (ImportDesk, ImportDesk(uploads, datasets, home / "scratch", imports, clock, erased=ErasedInFiles(erasures))),
        (Digests, xxh3_128_digest),
    ):
        composition.instance(port, adapter)
    composition.register(SegmentListing, PostgresSegmentListing)
    stored = WarehouseProfiles if settings.audience_engine_url else ParquetProfiles
    composition.register(stored)
    changes = PostgresProfileChanges(database, erasures)
    composition.instance(PostgresProfileChanges, changes).instance(ProfileChanges, changes)
    own = FreshProfiles(composition.resolve(stored), changes)
    composition.instance(ProfileSource, CompletedProfiles(own, service) if service.configured else own)
    composition.register(Preferences, PostgresPreferences)
    composition.instance(ProfileDesk, ProfileDesk(changes, datasets, merges=settings.audience_engine_url is None))
    composition.register(AudienceResolver, WarehouseAudiences)
    composition.register(AudienceCounts, WarehouseCounts)
    composition.register(Estimates, WarehouseEstimates)
    composition.register(TenantCaps, PostgresTenantCaps)
    composition.instance(CapReach, Retention(settings.ledger_retention_days))
    composition.register(FrequencyCaps)
    composition.register(Orders, CampaignOrders)
    composition.register(People, StoredPeople)
    composition.register(PeopleSearch, WarehousePeopleSearch)
    composition.register(SegmentFollower)
    composition.register(RulesEngineProbe)
    composition.register(AudienceEngineProbe)
    composition.register(SharedMemoryProbe)
    composition.register(DataServiceProbe)
