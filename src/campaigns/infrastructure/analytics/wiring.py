"""The analytics context, put together."""

from campaigns.application.analytics.figures import Figures
from campaigns.application.analytics.ports import Facts, LinkTargets, MessageOwners, Suppressing, TouchLog
from campaigns.application.campaign.ports import CampaignFigures
from campaigns.application.delivery.tracking import Tracking
from campaigns.domain.analytics.tokens import TrackingKeys, TrackingTokens
from campaigns.infrastructure.analytics.figures import PostgresCampaignFigures, PostgresFigures
from campaigns.infrastructure.analytics.ledger_facts import LedgerFacts
from campaigns.infrastructure.analytics.links import PostgresLinkTargets, PostgresTracking
from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower
from campaigns.infrastructure.analytics.owners import PostgresMessageOwners
from campaigns.infrastructure.analytics.spool import Spool
from campaigns.infrastructure.analytics.suppressing import SuppressingOnTheList
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys, persisted_tracking_keys
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

ROLES = {"projector": [MetricsFollower], "tracking": [TouchBuffer]}


def install(composition: Composition, settings: Settings) -> None:
    database = composition.resolve(Database)
    keys = tracking_keys(settings)
    tokens = TrackingTokens(keys)
    composition.instance(TrackingKeys, keys).instance(TrackingTokens, tokens)
    composition.instance(Tracking, PostgresTracking(database, tokens, public_url(settings)))
    composition.register(Facts, LedgerFacts)
    composition.register(LinkTargets, PostgresLinkTargets)
    composition.register(MessageOwners, PostgresMessageOwners)
    composition.register(Suppressing, SuppressingOnTheList)
    composition.instance(Spool, Spool(settings.home / "tracking.spool"))
    composition.register(TouchBuffer)
    composition.instance(TouchLog, composition.resolve(TouchBuffer))
    composition.register(MetricsFollower)
    figures = PostgresFigures(database)
    composition.instance(Figures, figures).instance(CampaignFigures, PostgresCampaignFigures(figures))


def tracking_keys(settings: Settings) -> TrackingKeys:
    """From the settings, else those of this home."""
    if settings.tracking_keys is not None:
        return parse_tracking_keys(settings.tracking_keys.reveal())
    settings.home.mkdir(parents=True, exist_ok=True)
    return persisted_tracking_keys(settings.home)


def public_url(settings: Settings) -> str:
    """Where recipients reach the tracking addresses."""
    if settings.public_url:
        return settings.public_url
    return f"http://{settings.host}:{settings.tracking_port or settings.port}"
