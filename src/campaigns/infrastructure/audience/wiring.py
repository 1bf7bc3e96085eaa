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
from campaigns.application.shared.ports import Clock, Pulse
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
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.in_files import ErasedInFiles
from campaigns.infrastructure.audience.erasing.wiring import install_erasing
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.frequency_caps import FrequencyCaps
from campaigns.infrastructure.audience.importing.desk import ImportDesk
from campaigns.infrastructure.audience.importing.imports import PostgresImports
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.audience.importing.suppressing import SuppressingFiles
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
    erasures = install_erasing(composition, settings)
    _install_files(composition, settings)
    _install_rules(composition, settings)
    _install_segments(composition, settings)
    _install_suppressions(composition)
    _install_imports(composition, settings, erasures)
    _install_profiles(composition, settings, erasures)
    _install_audiences(composition, settings)
    for probe in PROBES.values():
        composition.register(probe)


def _install_files(composition: Composition, settings: Settings) -> None:
    """Where people and lists lie, and the engine that searches them."""
    home = settings.home.absolute()
    datasets, engine = Datasets(home / "datasets"), EngineLimits(scratch=home / "scratch")
    warehouse = configured_warehouse(settings, datasets, engine)
    composition.instance(Datasets, datasets).instance(EngineLimits, engine).instance(Warehouse, warehouse)
    composition.instance(SharedAddresses, SharedAddresses(warehouse, engine))
    composition.instance(Digests, xxh3_128_digest)


def _install_rules(composition: Composition, settings: Settings) -> None:
    kept = settings.home.absolute() / "rules.json"
    rules = ConfiguredRules(settings.rules_service_url, kept, composition.resolve(Clock))
    composition.instance(ConfiguredRules, rules).instance(RulesEngine, rules)


def _install_segments(composition: Composition, settings: Settings) -> None:
    segments = EventSourcedSegments(composition.resolve(EventLog))
    service = DataService(settings.isa_data_url)
    composition.instance(Segments, segments).instance(DataService, service)
    composition.instance(SegmentContents, JoinedSegments(segments, service))
    composition.register(SegmentListing, PostgresSegmentListing)
    composition.register(SegmentFollower)


def _install_suppressions(composition: Composition) -> None:
    suppressions = PostgresSuppressions(composition.resolve(Database))
    for port in (PostgresSuppressions, Suppressions, SuppressedPeople, SuppressionEditions):
        composition.instance(port, suppressions)


def _install_imports(composition: Composition, settings: Settings, erasures: PostgresErasures) -> None:
    home, limits = settings.home.absolute(), ImportLimits()
    uploads = PostgresImports(composition.resolve(Database), home / "imports", limits)
    datasets, clock, pulse = (composition.resolve(port) for port in (Datasets, Clock, Pulse))
    desk = ImportDesk(
        uploads,
        datasets,
        home / "scratch",
        limits,
        clock,
        pulse=pulse,
        erased=ErasedInFiles(erasures),
        suppressing=SuppressingFiles(composition.resolve(PostgresSuppressions), clock),
    )
    composition.instance(Imports, uploads).instance(ImportDesk, desk)


def _install_profiles(composition: Composition, settings: Settings, erasures: PostgresErasures) -> None:
    """Who people are: as imported, as changed since, and as the data service completes them."""
    stored = WarehouseProfiles if settings.audience_engine_url else ParquetProfiles
    changes = PostgresProfileChanges(composition.resolve(Database), erasures)
    composition.register(stored)
    composition.instance(PostgresProfileChanges, changes).instance(ProfileChanges, changes)
    own, service = FreshProfiles(composition.resolve(stored), changes), composition.resolve(DataService)
    composition.instance(ProfileSource, CompletedProfiles(own, service) if service.configured else own)
    datasets, pulse = composition.resolve(Datasets), composition.resolve(Pulse)
    desk = ProfileDesk(changes, datasets, pulse, merges=settings.audience_engine_url is None)
    composition.instance(ProfileDesk, desk)
    composition.register(Preferences, PostgresPreferences)
    composition.register(People, StoredPeople)
    composition.register(PeopleSearch, WarehousePeopleSearch)


def _install_audiences(composition: Composition, settings: Settings) -> None:
    """Who a campaign reaches, how many they are, and what is remembered of it."""
    memory = ConfiguredMemory(settings.campaign_redis_url)
    composition.instance(ConfiguredMemory, memory).instance(Memory, memory)
    composition.register(AudienceResolver, WarehouseAudiences)
    composition.register(AudienceCounts, WarehouseCounts)
    composition.register(Estimates, WarehouseEstimates, seconds=settings.segment_cache_ttl)
    composition.register(TenantCaps, PostgresTenantCaps)
    composition.instance(CapReach, Retention(settings.ledger_retention_days))
    composition.register(FrequencyCaps)
    composition.register(Orders, CampaignOrders)
