"""Dry runs, put together; a part of the delivery context's wiring."""

from campaigns.application.delivery.dry_running.desk import DryRunDesk
from campaigns.application.delivery.dry_running.ports import (
    Committed,
    DryRuns,
    LaunchOutlooks,
    RealPlans,
    Replays,
    Trials,
    UnsentContent,
)
from campaigns.application.delivery.dry_running.runner import DryRunner, Launching
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.dry_running.committed import PostgresCommitted
from campaigns.infrastructure.delivery.dry_running.decided_answers import GatheredReplays
from campaigns.infrastructure.delivery.dry_running.dry_runs import PostgresDryRuns
from campaigns.infrastructure.delivery.dry_running.outlooks import CampaignOutlooks
from campaigns.infrastructure.delivery.dry_running.real_plans import PostgresRealPlans
from campaigns.infrastructure.delivery.dry_running.trials import PlannedTrials
from campaigns.infrastructure.delivery.dry_running.unsent_content import LiquidUnsentContent
from campaigns.infrastructure.settings import Settings


def install_dry_runs(composition: Composition, settings: Settings) -> None:
    contents, clock = composition.resolve(TemplateContents), composition.resolve(Clock)
    content = LiquidUnsentContent(contents, clock, settings.base_url())
    composition.instance(UnsentContent, content)
    composition.register(Trials, PlannedTrials)
    composition.register(Replays, GatheredReplays)
    composition.register(LaunchOutlooks, CampaignOutlooks)
    composition.register(Committed, PostgresCommitted)
    composition.register(DryRuns, PostgresDryRuns)
    composition.register(RealPlans, PostgresRealPlans)
    composition.register(Launching)
    composition.register(DryRunner)
    composition.register(DryRunDesk)
