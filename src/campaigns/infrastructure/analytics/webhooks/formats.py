"""The formats of all providers, behind one door."""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from campaigns.application.analytics.commands.take_webhook import Told
from campaigns.application.analytics.reporting import FeedbackSecrets
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.analytics.webhooks import mailgun, postmark, sendgrid, ses
from campaigns.infrastructure.analytics.webhooks.post import Post, Reading
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_log = structlog.get_logger(__name__)


class KnownWebhooks:
    """`ProviderWebhooks`. A provider without a secret here proves nothing."""

    def __init__(
        self, secrets: FeedbackSecrets, clock: Clock, oldest: timedelta, amazon: ses.Amazon, instruments: Instruments
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._oldest = oldest
        self._foreign = instruments.counter(d.FEEDBACK_UNKNOWN)
        self._unreadable = instruments.counter(d.FEEDBACK_UNREADABLE)
        self._readings: Mapping[str, Reading] = {
            ses.PROVIDER: ses.SesReading(amazon),
            sendgrid.PROVIDER: sendgrid.read,
            mailgun.PROVIDER: mailgun.read,
            postmark.PROVIDER: postmark.read,
        }

    async def read(self, provider: str, headers: Mapping[str, str], body: bytes) -> Told:
        post = Post(
            headers=headers,
            body=body,
            secrets=self._secrets.of(provider),
            now=self._clock.now(),
            oldest=self._oldest,
        )
        told = await self._readings[provider](post)
        self._foreign.labels(provider).inc(told.foreign)
        if told.unreadable:
            self._unreadable.labels(provider).inc(len(told.unreadable))
            _log.error("feedback_unreadable", provider=provider, events=len(told.unreadable), first=told.unreadable[0])
        return told
