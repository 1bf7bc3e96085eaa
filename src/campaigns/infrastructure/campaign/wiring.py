"""The campaign context, put together."""

from datetime import timedelta

from campaigns.application.campaign.experimenting.foretelling import ExpectedPeopleOf
from campaigns.application.campaign.experimenting.readings import Readings
from campaigns.application.campaign.experimenting.watch import ExperimentWatch
from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.ordering_tasks import TaskOrdering
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.ports import (
    AddressPolicy,
    AudienceSizes,
    CampaignHistory,
    CampaignListing,
    Campaigns,
    ContentChecks,
    Limits,
    OrderedTasks,
    Recurrence,
    RuleChecks,
    SchedulingRules,
    SendingHours,
    TaskService,
    Timetable,
)
from campaigns.application.campaign.revising import Revising
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.platform.ports import Limits as TenantsLimits
from campaigns.domain.campaign.standing import ON_TIME
from campaigns.domain.shared.sending_limits import longest_cap
from campaigns.infrastructure.campaign.address_policy import OutgoingAddressPolicy
from campaigns.infrastructure.campaign.audience_sizes import CountedAudienceSizes
from campaigns.infrastructure.campaign.campaigns import EventSourcedCampaigns
from campaigns.infrastructure.campaign.content_checks import CompiledContentChecks
from campaigns.infrastructure.campaign.expected_people import EstimatedPeople
from campaigns.infrastructure.campaign.experiment_readings import PostgresReadings
from campaigns.infrastructure.campaign.limits import PlatformLimits
from campaigns.infrastructure.campaign.listing import PostgresCampaignListing
from campaigns.infrastructure.campaign.ordered_tasks import PostgresOrderedTasks
from campaigns.infrastructure.campaign.projection import NAME, CampaignListingProjection
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence
from campaigns.infrastructure.campaign.rule_checks import RulesEngineChecks
from campaigns.infrastructure.campaign.scheduler import CampaignScheduler
from campaigns.infrastructure.campaign.scheduling_rules import RulesEngineHours
from campaigns.infrastructure.campaign.sending_hours import DeliveryHours
from campaigns.infrastructure.campaign.task_service import HttpTaskService, TaskOrders
from campaigns.infrastructure.campaign.timetable import PostgresTimetable
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import EventLog, Follower, News
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.http.outgoing_address import STRICT, TRUSTED
from campaigns.infrastructure.http.reachable import TaskServiceProbe
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "install"]


class ListingFollower(Follower):
    """Keeps the list of campaigns."""

    def __init__(self, database: Database, news: News, topics: Topics) -> None:
        super().__init__(database, news, topics, name=NAME, handle=CampaignListingProjection().handle)


ROLES = {"projector": [ListingFollower], "scheduler": [CampaignScheduler, ExperimentWatch, TaskOrders]}
LIFETIMES = (HttpTaskService,)
PROBES = {"task service": TaskServiceProbe}


def install(composition: Composition, settings: Settings) -> None:
    longest = longest_cap(settings.ledger_retention_days)
    limits = PlatformLimits(composition.resolve(TenantsLimits), settings.schedule_notice_minutes, longest)
    campaigns = EventSourcedCampaigns(composition.resolve(EventLog), limits)
    composition.instance(Limits, limits)
    composition.instance(Campaigns, campaigns)
    composition.instance(CampaignHistory, campaigns)
    composition.instance(AddressPolicy, OutgoingAddressPolicy(TRUSTED if settings.allow_private_addresses else STRICT))
    composition.register(ContentChecks, CompiledContentChecks)
    composition.register(RuleChecks, RulesEngineChecks)
    composition.register(SchedulingRules, RulesEngineHours)
    composition.register(AudienceSizes, CountedAudienceSizes)
    composition.register(Recurrence, CronsimRecurrence)
    composition.register(SendingHours, DeliveryHours)
    composition.register(CampaignListing, PostgresCampaignListing)
    composition.register(Timetable, PostgresTimetable)
    composition.register(LaunchChecks)
    composition.register(Revising)
    composition.register(PlannedStarts)
    composition.register(OrderedTasks, PostgresOrderedTasks)
    tasks = HttpTaskService(settings)
    composition.instance(HttpTaskService, tasks)
    composition.instance(TaskService, tasks)
    composition.register(Timekeeper, grace=ON_TIME if settings.task_service_url else timedelta())
    composition.register(TaskOrdering)
    composition.register(TaskOrders)
    composition.register(TaskServiceProbe)
    composition.register(CampaignScheduler)
    composition.register(ListingFollower)
    composition.register(Readings, PostgresReadings)
    composition.register(ExpectedPeopleOf, EstimatedPeople)
    composition.register(ExperimentWatch, every=settings.experiment_interval_seconds)
