"""What is wrong with a text is named by its place, before anybody is sent it."""

import asyncio

from tests.infrastructure.campaign.conftest import FixedClock, caller

from campaigns.domain.delivery.template import TemplateNotFoundError
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.campaign.content_checks import CompiledContentChecks

SHOUT = "line 1: unknown filter 'shout'"
SOUND = Content(subject="Hi", body_text="Hello", sender_email="n@acme.example")


class Templates:
    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        if template_id != "welcome":
            raise TemplateNotFoundError(f"There is no template {template_id}")
        return Content(subject="Hi", body_html="<p>\n{{ x | shout }}</p>", sender_email="n@acme.example")


def problems(pointer: str, channel: Channel) -> tuple[Violation, ...]:
    checks = CompiledContentChecks(Templates(), FixedClock())
    return asyncio.run(checks.problems(caller(), [(pointer, channel)]))


def mail(content: Content, **more: object) -> Channel:
    return Channel(channel_type=ChannelType.EMAIL, content=content, **more)  # type: ignore[arg-type]


def test_every_field_is_named_with_its_rule_and_line() -> None:
    content = Content(subject="{{ x | shout }}", body_text="a\n{% if %}", sender_email="nobody")
    assert problems("/variants/1/channels/0", mail(content)) == (
        Violation("/variants/1/channels/0/content/subject", SHOUT),
        Violation("/variants/1/channels/0/content/body_text", "line 2: missing expression"),
        Violation("/variants/1/channels/0/content/sender_email", "must be a mail address"),
    )


def test_a_language_is_named_by_its_locale() -> None:
    channel = mail(SOUND, locales={"de": Content(subject="{{ x | shout }}")})
    assert problems("/channels/0", channel) == (Violation("/channels/0/locales/de/subject", SHOUT),)


def test_a_templates_mistake_is_named_where_it_is_used() -> None:
    found = problems("/channels/2", mail(Content(), template_id="welcome"))
    assert found == (Violation("/channels/2/content/body_html", "line 2: unknown filter 'shout'"),)


def test_a_template_that_is_gone_is_named() -> None:
    found = problems("/channels/0", mail(Content(), template_id="gone"))
    assert found == (Violation("/channels/0/template_id", "There is no template gone"),)


def test_a_sound_content_and_a_channel_that_is_not_used_have_no_problem() -> None:
    assert problems("/channels/0", mail(SOUND)) == ()
    assert problems("/channels/0", mail(Content(subject="{{ x | shout }}"), enabled=False)) == ()
