"""The audience context, put together."""

from xxhash import xxh3_128_digest

from campaigns.application.audience.capping import CapReach, TenantCaps
from campaigns.application.audience.people_changes import Preferences
from campaigns.application.audience.ports import (
    AudienceCounts,
    AudienceResolver,
    Digests,
    Estimates,
    Imports,
    Orders,
    People,
    PeopleSearch,
    RulesEngine,
    SegmentContents,
    SegmentListing,
    Segments,
)
from campaigns.application.audience.upkeep import FileUpkeep, LeftFiles
from campaigns.application.delivery.archiving import Retention
from campaigns.application.shared.ports import Clock, Pulse
from campaigns.infrastructure.audience.arriving.changes import PostgresProfileChanges
from campaigns.infrastructure.audience.arriving.desk import ProfileDesk
from campaigns.infrastructure.audience.arriving.preferences import PostgresPreferences
from campaigns.infrastructure.audience.counts import WarehouseCounts
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
from campaigns.infrastructure.audience.left_files import FilesInHome
from campaigns.infrastructure.audience.orders import CampaignOrders
from campaigns.infrastructure.audience.people import StoredPeople
from campaigns.infrastructure.audience.people_search import WarehousePeopleSearch
from campaigns.infrastructure.audience.resolution import WarehouseAudiences
from campaigns.infrastructure.audience.rules_access import ConfiguredRules
from campaigns.infrastructure.audience.segment_listing import NAME, PostgresSegmentListing, project
from campaigns.infrastructure.audience.segments import EventSourcedSegments
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.audience.tenant_caps import PostgresTenantCaps
from campaigns.infrastructure.audience.topics import TOPICS
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import EventLog, Follower, News
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.http.reachable import RulesEngineProbe
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "install"]


class SegmentFollower(Follower):
    """Keeps the list of segments."""

    def __init__(self, database: Database, news: News, topics: Topics) -> None:
        super().__init__(database, news, topics, name=NAME, handle=project)


ROLES = {"projector": [SegmentFollower], "scheduler": [ImportDesk, ErasureDesk, ProfileDesk, FileUpkeep]}
LIFETIMES = (ConfiguredRules,)
PROBES = {"rules engine": RulesEngineProbe}


def install(composition: Composition, settings: Settings) -> None:
    install_erasing(composition, settings)
    _install_engine(composition, settings)
    _install_rules(composition, settings)
    _install_segments(composition)
    _install_imports(composition, settings)
    _install_people(composition, settings)
    _install_audiences(composition, settings)
    composition.register(RulesEngineProbe)


def _install_engine(composition: Composition, settings: Settings) -> None:
    """What searches people where they lie: the embedded engine, if none is configured elsewhere."""
    limits = EngineLimits(scratch=settings.home.absolute() / "scratch")
    if settings.audience_engine_url is None:
        composition.instance(Warehouse, DuckDbWarehouse(composition.resolve(Datasets), limits))
    composition.instance(EngineLimits, limits)
    composition.instance(SharedAddresses, SharedAddresses(composition.resolve(Warehouse), limits))
    composition.instance(Digests, xxh3_128_digest)


def _install_rules(composition: Composition, settings: Settings) -> None:
    kept = settings.home.absolute() / "rules.json"
    rules = ConfiguredRules(settings.rules_service_url, kept, composition.resolve(Clock))
    composition.instance(ConfiguredRules, rules).instance(RulesEngine, rules)


def _install_segments(composition: Composition) -> None:
    segments = EventSourcedSegments(composition.resolve(EventLog))
    composition.instance(Segments, segments)
    composition.instance(SegmentContents, JoinedSegments(segments, composition.resolve(DataService)))
    composition.register(SegmentListing, PostgresSegmentListing)
    composition.register(SegmentFollower)


def _install_imports(composition: Composition, settings: Settings) -> None:
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
        erased=ErasedInFiles(composition.resolve(PostgresErasures)),
        suppressing=SuppressingFiles(composition.resolve(PostgresSuppressions), clock),
    )
    composition.instance(Imports, uploads).instance(ImportDesk, desk)
    composition.instance(LeftFiles, FilesInHome(uploads, home))
    composition.register(FileUpkeep)


def _install_people(composition: Composition, settings: Settings) -> None:
    """How changes of profiles reach the datasets, and how people are looked up."""
    changes, datasets, pulse = (composition.resolve(kind) for kind in (PostgresProfileChanges, Datasets, Pulse))
    desk = ProfileDesk(changes, datasets, pulse, merges=settings.audience_engine_url is None)
    composition.instance(ProfileDesk, desk)
    composition.register(Preferences, PostgresPreferences)
    composition.register(People, StoredPeople)
    composition.register(PeopleSearch, WarehousePeopleSearch)


def _install_audiences(composition: Composition, settings: Settings) -> None:
    """Who a campaign reaches and how many they are."""
    composition.register(AudienceResolver, WarehouseAudiences)
    composition.register(AudienceCounts, WarehouseCounts)
    composition.register(Estimates, WarehouseEstimates, seconds=settings.segment_cache_ttl)
    composition.register(TenantCaps, PostgresTenantCaps)
    composition.instance(CapReach, Retention(settings.ledger_retention_days))
    composition.register(FrequencyCaps)
    composition.register(Orders, CampaignOrders)
