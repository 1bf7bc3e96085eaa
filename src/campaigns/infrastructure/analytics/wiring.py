"""The analytics context, put together."""

from datetime import timedelta

from campaigns.application.analytics.commands.rebuild_metrics import MetricsRebuild
from campaigns.application.analytics.commands.take_webhook import ProviderWebhooks
from campaigns.application.analytics.feedback import Feedback, FeedbackKeeping
from campaigns.application.analytics.figures import Figures
from campaigns.application.analytics.ports import Facts, LinkTargets, MessageOwners, Suppressing, TouchLog
from campaigns.application.analytics.queries.campaign_metrics import Spending
from campaigns.application.analytics.reattributing import Reattribution
from campaigns.application.analytics.reporting import (
    Conversions,
    FeedbackLedger,
    FeedbackSecrets,
    KnownRuns,
    MessageOwnersInBulk,
    MetricReports,
)
from campaigns.application.analytics.rescoring import Judgements, Rescoring
from campaigns.application.campaign.ports import CampaignFigures
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.analytics.conversion_rules import FOLLOWER, keep_conversion_rules
from campaigns.infrastructure.analytics.feedback_secrets import ConfiguredFeedbackSecrets
from campaigns.infrastructure.analytics.feedback_spool import FeedbackReturn, FeedbackSpool
from campaigns.infrastructure.analytics.figures import PostgresCampaignFigures, PostgresFigures
from campaigns.infrastructure.analytics.judgements import PostgresJudgements
from campaigns.infrastructure.analytics.known_runs import PostgresKnownRuns
from campaigns.infrastructure.analytics.ledger_facts import LedgerFacts
from campaigns.infrastructure.analytics.link_targets import PostgresLinkTargets
from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower
from campaigns.infrastructure.analytics.metrics.rebuild_port import PostgresMetricsRebuild
from campaigns.infrastructure.analytics.metrics.rescoring import PostgresRescoring
from campaigns.infrastructure.analytics.owners import PostgresMessageOwners
from campaigns.infrastructure.analytics.reattribution import PostgresReattribution
from campaigns.infrastructure.analytics.reports import PostgresConversions, PostgresMetricReports
from campaigns.infrastructure.analytics.spending import PostgresSpending
from campaigns.infrastructure.analytics.spool import Spool
from campaigns.infrastructure.analytics.spool_probe import FeedbackSpoolProbe, SpoolProbe
from campaigns.infrastructure.analytics.spool_return import SpoolReturn
from campaigns.infrastructure.analytics.suppressing import SuppressingOnTheList
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer
from campaigns.infrastructure.analytics.tracking_figures import TrackingFigures
from campaigns.infrastructure.analytics.webhooks.amazon import AmazonSns
from campaigns.infrastructure.analytics.webhooks.formats import KnownWebhooks
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import Follower, News, Topics
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.instruments import Instruments


class ConversionRules(Follower):
    """The follower that keeps them; a class of its own, so that the roles can name it."""


ROLES = {
    "projector": [MetricsFollower, Attribution, ConversionRules],
    "tracking": [TouchLog, LinkTargets],
    "api": [FeedbackReturn],
}
PROBES = {"tracking spool": SpoolProbe, "feedback spool": FeedbackSpoolProbe}


def install(composition: Composition, settings: Settings) -> None:
    database = composition.resolve(Database)
    ledger = LedgerFacts(database, composition.resolve(Instruments))
    composition.instance(Facts, ledger).instance(FeedbackLedger, ledger)
    composition.register(LinkTargets, PostgresLinkTargets)
    owners = PostgresMessageOwners(database)
    composition.instance(MessageOwners, owners).instance(MessageOwnersInBulk, owners)
    composition.register(KnownRuns, PostgresKnownRuns)
    composition.register(MetricReports, PostgresMetricReports)
    composition.register(Conversions, PostgresConversions)
    composition.register(Attribution)
    composition.register(Reattribution, PostgresReattribution)
    composition.register(Spending, PostgresSpending)
    secrets = settings.feedback_secrets.reveal() if settings.feedback_secrets else ""
    composition.instance(FeedbackSecrets, ConfiguredFeedbackSecrets(secrets))
    _install_feedback(composition, settings)
    composition.instance(ConversionRules, _conversion_rules(composition))
    composition.register(Suppressing, SuppressingOnTheList)
    composition.instance(Spool, Spool(settings.home / "tracking.spool"))
    composition.register(SpoolReturn)
    composition.register(SpoolProbe)
    composition.register(FeedbackSpoolProbe)
    composition.register(TouchLog, TouchBuffer)
    composition.register(MetricsFollower)
    composition.register(MetricsRebuild, PostgresMetricsRebuild)
    composition.register(Rescoring, PostgresRescoring)
    composition.register(Judgements, PostgresJudgements)
    figures = PostgresFigures(database)
    composition.instance(Figures, figures).instance(CampaignFigures, PostgresCampaignFigures(figures))


def _install_feedback(composition: Composition, settings: Settings) -> None:
    spool = FeedbackSpool(settings.home / "feedback.spool")
    composition.instance(FeedbackSpool, spool).instance(FeedbackKeeping, spool)
    composition.register(Feedback)
    composition.register(FeedbackReturn)
    webhooks = KnownWebhooks(
        composition.resolve(FeedbackSecrets),
        composition.resolve(Clock),
        timedelta(hours=settings.feedback_max_age_hours),
        AmazonSns(settings.sns_certificates, confirms=settings.sns_confirm_subscriptions),
        composition.resolve(Instruments),
    )
    composition.instance(ProviderWebhooks, webhooks)


def glances(composition: Composition) -> list[TrackingFigures]:
    """What the watch over the process looks at."""
    resolve = composition.resolve
    return [TrackingFigures(resolve(TouchLog), (resolve(Spool), resolve(FeedbackSpool)), resolve(Instruments))]


def _conversion_rules(composition: Composition) -> ConversionRules:
    return ConversionRules(
        composition.resolve(Database),
        composition.resolve(News),
        composition.resolve(Topics),
        name=FOLLOWER,
        handle=keep_conversion_rules,
    )
