"""Delivery webhooks of mail services, each in its own format and proven in its own way."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema

from campaigns.application.analytics.commands.take_webhook import TakeWebhook, WebhookTaken
from campaigns.application.shared.bus import Bus
from campaigns.interfaces.rest.analytics import webhook_examples as examples
from campaigns.interfaces.rest.analytics.provider_caller import provider_caller
from campaigns.interfaces.rest.analytics.schemas.feedback import UnreadableView, WebhookAnswer
from campaigns.interfaces.rest.guards import proven_by

Post = Request[Any, Any, Any]


def _described(body: Any, media_type: str) -> type[Operation]:
    """What the body looks like: it is read by the provider's rules, event by event, not by ours."""
    kind = "array" if isinstance(body, list) else "object"

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            described = OpenAPIMediaType(schema=Schema(type=kind), example=body)  # type: ignore[arg-type]
            self.request_body = RequestBody(content={media_type: described}, required=True)

    return Described


def _webhook(provider: str, *, proof: str, example: Any, media_type: str = "application/json") -> post:
    """The route of one provider, whose posts prove themselves."""
    return post(
        f"/{provider}",
        opt=proven_by(proof),
        operation_id=f"Take{provider.title()}Webhook",
        operation_class=_described(example, media_type),
        status_code=202,
    )


class WebhooksController(Controller):
    path = "/feedback"

    @_webhook(
        "ses",
        proof="the signature of Amazon SNS, of a topic among FEEDBACK_SECRETS",
        example=examples.SNS,
        media_type="text/plain",
    )
    async def ses(self, request: Post, bus: NamedDependency[Bus]) -> WebhookAnswer:
        """Amazon SES over SNS: notifications and event publishing; subscriptions to agreed topics are confirmed."""
        return await _taken("ses", request, bus)

    @_webhook("sendgrid", proof="X-Twilio-Email-Event-Webhook-Signature", example=examples.SENDGRID)
    async def sendgrid(self, request: Post, bus: NamedDependency[Bus]) -> WebhookAnswer:
        """Twilio SendGrid's Event Webhook, signed."""
        return await _taken("sendgrid", request, bus)

    @_webhook("mailgun", proof="the signature in the body", example=examples.MAILGUN)
    async def mailgun(self, request: Post, bus: NamedDependency[Bus]) -> WebhookAnswer:
        """Mailgun's webhooks."""
        return await _taken("mailgun", request, bus)

    @_webhook("postmark", proof="Authorization: Basic, or X-Webhook-Secret", example=examples.POSTMARK)
    async def postmark(self, request: Post, bus: NamedDependency[Bus]) -> WebhookAnswer:
        """Postmark's webhooks, inbound mails included."""
        return await _taken("postmark", request, bus)


async def _taken(provider: str, request: Post, bus: Bus) -> WebhookAnswer:
    headers = {name.lower(): value for name, value in request.headers.items()}
    command = TakeWebhook(
        caller=provider_caller(request, provider), provider=provider, headers=headers, body=await request.body()
    )
    taken: WebhookTaken = await bus(command)
    return WebhookAnswer(
        accepted=taken.accepted,
        kept=taken.kept,
        foreign=taken.foreign,
        unreadable=[UnreadableView(pointer=one.pointer, message=one.message) for one in taken.unreadable],
    )
