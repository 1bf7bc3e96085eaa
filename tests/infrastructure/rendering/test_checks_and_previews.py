"""Content is looked at before anybody gets it: problems name their place, previews name what is missing."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from campaigns.application.delivery.ports import OutgoingMessage, Recipient, Unrenderable
from campaigns.application.delivery.templates import Preview
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.template import InvalidContentError, TemplateNotFoundError
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.ids import CampaignId, TenantId, VariantId
from campaigns.infrastructure.delivery.rendering.check import check, content_problems
from campaigns.infrastructure.delivery.rendering.localised import contents_of
from campaigns.infrastructure.delivery.rendering.previews import LiquidPreviews
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer
from campaigns.infrastructure.delivery.rendering.untracked import LiquidUntrackedContent, StraightTracking

CAMPAIGN = CampaignId(UUID(int=3))
CALLER = Caller(tenant_id=TenantId("acme"), principal="ann", scopes=frozenset(), command_id=uuid4(), correlation_id="c")
MAIL = Content(subject="Hi {{ first_name }}", body_html="<p>{{ city }}</p>", sender_email="n@acme.example")
MAIL_ABOUT_AN_EVENT = Content(
    subject="Hi {{ event.plan }}",
    body_html="<p>{{ event.plan }} {{ event.seats }} {{ event.trial }}</p>",
    sender_email="n@acme.example",
)


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


class Stored:
    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        if template_id != "welcome":
            raise TemplateNotFoundError(f"There is no template {template_id}")
        return MAIL


def brief(*channels: Channel, variants: tuple[BriefVariant, ...] = ()) -> Brief:
    return Brief(
        tenant_id=TenantId("acme"), campaign_id=CAMPAIGN, campaign_name="x", starts_at=Clock().now(),
        channels=channels, variants=variants,
    )  # fmt: skip


def mail(**changes: Any) -> Channel:
    return Channel(**({"channel_type": ChannelType.EMAIL, "content": MAIL} | changes))


def rendered(
    found: Brief, profile: dict[str, Any], variant: int = -1, channel: ChannelType = ChannelType.EMAIL
) -> OutgoingMessage | Unrenderable:
    renderer = LiquidRenderer(StraightTracking("https://t.example"), Stored(), Clock())
    compiled = asyncio.run(renderer.prepare(found, 1))
    return compiled.render(1, channel, [Recipient(1, "u1", variant, "u@x.example", profile)])[0]


def body(result: OutgoingMessage | Unrenderable) -> str:
    assert isinstance(result, OutgoingMessage), result
    return result.body.decode()


def fields_broken(content: Content, channel: ChannelType = ChannelType.EMAIL) -> list[str]:
    return [field for field, _ in content_problems(content, channel)]


@pytest.mark.parametrize(
    ("source", "problem"),
    [("a\nb {{ x | shout }}", "line 2: unknown filter 'shout'"), ("x\n\n{% if %}", "line 3: missing expression"), ("{% include 'x' %}", "line 1: unexpected tag 'include'"),
     ("{{ x | safe }}", "line 1: unknown filter 'safe'"), ("a\0b", "must not contain NUL"), ("x" * 400_001, "must have at most 400,000 characters"), ("{% if a %}" * 60, "line 1: block nesting limit reached")],
)  # fmt: skip
def test_a_problem_names_its_line_and_rule(source: str, problem: str) -> None:
    assert check(source).problems == (problem,)


def test_the_variables_that_a_text_needs_are_known() -> None:
    found = check("{{ a.b }}{% for x in items %}{{ x }}{% endfor %}{% assign y = 1 %}{{ y }}{{ unsubscribe_url }}")
    assert found.variables == {"a", "items"}


def test_each_language_is_checked_with_what_it_inherits() -> None:
    channel = mail(locales={"kk": Content(subject="{{ x | shout }}"), "de": Content(subject="Hallo")})
    assert {locale: fields_broken(content) for locale, content in contents_of(channel).items()} == {
        "": [],
        "kk": ["subject"],
        "de": [],
    }


@pytest.mark.parametrize(
    ("content", "fields"),
    [(Content(), {"subject", "body_html", "sender_email"}), (Content(subject="x", body_text="y", sender_email="no"), {"sender_email"}),
     (Content(subject="x", body_text="y", sender_email="a@b.example", reply_to="a@b\r\nBcc: c@d.example"), {"reply_to"})],
)  # fmt: skip
def test_a_mail_that_lacks_something_is_refused_with_every_field_named(content: Content, fields: set[str]) -> None:
    assert set(fields_broken(content)) == fields
    with pytest.raises(InvalidContentError) as refused:
        rendered(brief(mail(content=content)), {})
    assert {violation.pointer for violation in refused.value.violations} == {f"/{field}" for field in fields}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"url": "/relative"}, "url"), ({"url": "https://x.example/{{ a }}"}, "url"), ({"method": "GET"}, "method"), ({"headers": {"Host": "x"}}, "headers"),
     ({"headers": {"X-A": "a\r\nb"}}, "headers"), ({"payload_template": "{not json"}, "payload_template"), ({"payload_template": '["{{ x | shout }}"]'}, "payload_template")],
)  # fmt: skip
def test_a_call_that_cannot_be_made_is_refused(changes: dict[str, Any], field: str) -> None:
    content = Content(**({"url": "https://x.example/"} | changes))
    assert fields_broken(content, ChannelType.WEBHOOK) == [field]


def test_a_persons_data_stays_in_its_place_in_a_payload() -> None:
    channel = Channel(channel_type=ChannelType.WEBHOOK, content=Content(url="https://x.example/", payload_template='{"who": "{{ name }}", "n": [1, true]}'))  # fmt: skip
    text = body(rendered(brief(channel), {"name": '","admin":true,"x":"'}, channel=ChannelType.WEBHOOK))
    assert text == '{"who":"\\",\\"admin\\":true,\\"x\\":\\"","n":[1,true]}'


@pytest.mark.parametrize(("locale", "subject"), [("kk-KZ", "Salem Ann"), ("kk_kz", "Salem Ann"), ("KK", "Salem Ann"), ("de-AT", "Servus Ann"), ("de", "Hi Ann"), (None, "Hi Ann"), (7, "Hi Ann")])  # fmt: skip
def test_a_persons_language_chooses_the_words(locale: Any, subject: str) -> None:
    channel = mail(
        locales={"kk": Content(subject="Salem {{ first_name }}"), "de-at": Content(subject="Servus {{ first_name }}")}
    )
    assert f"Subject: {subject}\r\n" in body(
        rendered(brief(channel), {"first_name": "Ann", "city": "x", "locale": locale})
    )


def test_a_channels_own_words_win_over_its_template() -> None:
    text = body(rendered(brief(mail(template_id="welcome", content=Content(subject="Mine"))), {"city": "Brno"}))
    assert "Subject: Mine\r\n" in text
    assert "<p>Brno</p>" in text


def test_a_variant_says_its_own_words_and_a_control_none() -> None:
    own = BriefVariant(variant_id=VariantId(uuid4()), name="B", allocation=50, channels=(mail(content=Content(subject="B", body_text="b", sender_email="b@acme.example")),))  # fmt: skip
    found = brief(mail(), variants=(own,))
    assert "Subject: B\r\n" in body(rendered(found, {"city": "x"}, variant=0))
    assert isinstance(rendered(found, {}, variant=0, channel=ChannelType.SMS), Unrenderable)


def shown(channel: Channel, profile: dict[str, Any]) -> Preview:
    previews = LiquidPreviews(Stored(), Clock(), "https://t.example")
    return asyncio.run(previews.show(channel, profile, CALLER, CAMPAIGN))


def test_a_preview_shows_the_texts_and_the_finished_mail() -> None:
    preview = shown(mail(), {"first_name": "Ann", "city": "<Brno>", "email": "ann@x.example"})
    assert preview.problems == ()
    assert preview.fields["subject"] == "Hi Ann"
    assert preview.fields["body_html"] == "<p>&lt;Brno&gt;</p>"
    assert preview.message is not None
    assert "To: ann@x.example" in preview.message


def test_a_preview_names_what_is_missing() -> None:
    preview = shown(mail(), {"first_name": "Ann"})
    assert [(problem.pointer, problem.message) for problem in preview.problems] == [
        ("/body_html", "line 1: 'city' is undefined")
    ]
    assert "body_html" not in preview.fields


def test_a_preview_of_broken_content_says_so_and_fails_nowhere() -> None:
    preview = shown(mail(content=Content(subject="{{ x | shout }}", body_text="{{ n | divided_by: 0 }}")), {"n": 1})
    assert {problem.pointer for problem in preview.problems} == {"/subject", "/sender_email", "/body_text"}
    assert preview.message is None


def test_a_test_message_says_so_and_tracks_nothing() -> None:
    content = LiquidUntrackedContent(Stored(), Clock(), "https://t.example")
    linked = Content(
        subject="Sale", body_html='<a href="https://shop.example/?a=1&amp;b=2">x</a>', sender_email="n@acme.example"
    )
    compiled = asyncio.run(content.prepare(brief(mail(content=linked))))
    text = body(compiled.render(0, ChannelType.EMAIL, [Recipient(1, "u", -1, "me@acme.example", {})])[0])
    assert "Subject: [Test] Sale\r\n" in text
    assert 'href="https://shop.example/?a=1&amp;b=2"' in text
    assert "/t/o/" not in text
    assert "/t/c/" not in text


def test_messages_that_do_without_a_variable_are_counted_until_they_are_taken() -> None:
    renderer = LiquidRenderer(StraightTracking("https://t.example"), Stored(), Clock())
    compiled = asyncio.run(renderer.prepare(brief(mail()), 1))
    people = [Recipient(n, f"u{n}", -1, "u@x.example", {"first_name": "Ann"} if n < 3 else {}) for n in range(1, 6)]
    compiled.render(1, ChannelType.EMAIL, people)
    compiled.render(1, ChannelType.EMAIL, people[:1])
    assert compiled.take_gaps() == {"first_name": 3, "city": 6}
    assert compiled.take_gaps() == {}


@pytest.mark.parametrize("locale", [None, "en", "kk", "kk_KZ", "de-AT"])
@pytest.mark.parametrize("template", [None, "welcome"])
@pytest.mark.parametrize("own", [None, "n@b\u00fccher.example"])
def test_the_sender_that_limits_count_is_the_one_that_the_mail_has(
    locale: str | None, template: str | None, own: str | None
) -> None:
    said = Content(subject="Hi", body_text="Hi", sender_email=own or (None if template else "a@acme.example"))
    locales = {"kk": Content(sender_email="kk@kazakh.example"), "de-AT": Content(subject="Servus")}
    channel = mail(content=said, template_id=template, locales=locales)
    renderer = LiquidRenderer(StraightTracking("https://t.example"), Stored(), Clock())
    compiled = asyncio.run(renderer.prepare(brief(channel), 1))
    profile = {"city": "Brno", "locale": locale}
    (message,) = compiled.render(1, ChannelType.EMAIL, [Recipient(1, "u1", -1, "u@x.example", profile)])
    assert isinstance(message, OutgoingMessage)
    assert compiled.sender_of(ChannelType.EMAIL, -1, profile) == message.sender
    assert compiled.sender_of(ChannelType.SMS, -1, profile) == ""


NASTY = "<b>\r\nBcc: x@x.example {{ user_id }}"


def test_what_an_event_says_is_written_as_safely_as_what_is_known_of_a_person() -> None:
    told = rendered(
        brief(mail(content=MAIL_ABOUT_AN_EVENT)), {"user_id": "u1", "event": {"plan": NASTY, "seats": 3, "trial": True}}
    )
    head, _, text = body(told).partition("\r\n\r\n")
    assert "\r\nBcc:" not in head
    assert "&lt;b&gt;" in text
    assert "{{ user_id }} 3 true" in text


@pytest.mark.parametrize(
    "profile", [{"user_id": "u1"}, {"user_id": "u1", "event": {}}, {"user_id": "u1", "event": "x"}]
)
def test_what_an_event_does_not_say_is_missing_as_an_attribute_is(profile: dict[str, Any]) -> None:
    renderer = LiquidRenderer(StraightTracking("https://t.example"), Stored(), Clock())
    compiled = asyncio.run(renderer.prepare(brief(mail(content=MAIL_ABOUT_AN_EVENT)), 1))
    compiled.render(1, ChannelType.EMAIL, [Recipient(1, "u1", -1, "u@x.example", profile)])
    assert set(compiled.take_gaps()) == {"event.plan", "event.seats", "event.trial"}
