"""What sending needs of the analytics context: links that lead back to us."""

from campaigns.application.delivery.tracking import Tracking
from campaigns.domain.analytics.tokens import TrackingKeys, TrackingTokens
from campaigns.infrastructure.analytics.links import PostgresTracking
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys, persisted_tracking_keys
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings


def install(composition: Composition, settings: Settings) -> None:
    keys = tracking_keys(settings)
    tokens = TrackingTokens(keys)
    composition.instance(TrackingKeys, keys).instance(TrackingTokens, tokens)
    composition.instance(Tracking, PostgresTracking(composition.resolve(Database), tokens, settings.base_url()))


def tracking_keys(settings: Settings) -> TrackingKeys:
    """From the settings, else those of this home."""
    if settings.tracking_keys is not None:
        return parse_tracking_keys(settings.tracking_keys.reveal())
    settings.home.mkdir(parents=True, exist_ok=True)
    return persisted_tracking_keys(settings.home)
