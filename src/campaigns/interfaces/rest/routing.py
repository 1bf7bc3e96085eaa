"""Every route of the service, by context. To add a context: import its handlers and add a line."""

from collections.abc import Mapping, Sequence

from litestar.types import ControllerRouterHandler

from campaigns.interfaces.rest.analytics.feedback import FeedbackController
from campaigns.interfaces.rest.analytics.routes import FiguresController, OutsideEventsController
from campaigns.interfaces.rest.analytics.webhooks import WebhooksController
from campaigns.interfaces.rest.audience.erasures import ErasuresController
from campaigns.interfaces.rest.audience.estimates import CampaignAudienceController
from campaigns.interfaces.rest.audience.frequency_caps import FrequencyCapsController
from campaigns.interfaces.rest.audience.imports import ImportsController
from campaigns.interfaces.rest.audience.segments import SegmentsController
from campaigns.interfaces.rest.audience.suppressions import SuppressionsController
from campaigns.interfaces.rest.campaign.ab_test import AbTestController
from campaigns.interfaces.rest.campaign.lifecycle import CampaignLifeController
from campaigns.interfaces.rest.campaign.routes import CampaignsController
from campaigns.interfaces.rest.campaign.schedules import SchedulesController
from campaigns.interfaces.rest.campaign.variants import VariantsController
from campaigns.interfaces.rest.delivery.dry_runs import DryRunsController
from campaigns.interfaces.rest.delivery.preview_routes import PreviewController
from campaigns.interfaces.rest.delivery.provider_routes import ProvidersController
from campaigns.interfaces.rest.delivery.routes import ExecutionsController
from campaigns.interfaces.rest.docs import DocsController
from campaigns.interfaces.rest.feed.contract import asyncapi
from campaigns.interfaces.rest.feed.routes import FeedController
from campaigns.interfaces.rest.health import HealthController
from campaigns.interfaces.rest.metrics import measures
from campaigns.interfaces.rest.pictures.routes import PicturesController
from campaigns.interfaces.rest.platform.routes import ApiKeysController, TenantsController
from campaigns.interfaces.rest.templates.routes import TemplatesController
from campaigns.interfaces.rest.trigger.events import EventsController
from campaigns.interfaces.rest.trigger.history import TriggerHistoryController
from campaigns.interfaces.rest.trigger.replay import TriggerReplayController
from campaigns.interfaces.rest.trigger.triggers import TriggersController

API = "/api/v1"

ROUTES: Mapping[str, Sequence[ControllerRouterHandler]] = {
    "campaign": [
        CampaignsController,
        CampaignLifeController,
        SchedulesController,
        VariantsController,
        AbTestController,
    ],
    "audience": [
        SegmentsController,
        SuppressionsController,
        ImportsController,
        ErasuresController,
        FrequencyCapsController,
        CampaignAudienceController,
    ],
    "trigger": [EventsController, TriggersController, TriggerHistoryController, TriggerReplayController],
    "delivery": [
        ExecutionsController,
        DryRunsController,
        PreviewController,
        ProvidersController,
        TemplatesController,
    ],
    "analytics": [
        FiguresController,
        PicturesController,
        OutsideEventsController,
        FeedbackController,
        WebhooksController,
        FeedController,
    ],
    "platform": [TenantsController, ApiKeysController],
}
"""Handlers and controllers by context; their paths stand under /api/v1."""

OPERATIONS: Sequence[ControllerRouterHandler] = [HealthController, DocsController, measures, asyncapi]
"""What stands outside /api/v1."""
