"""Links of a plain-text mail are counted like those of HTML; what cannot be counted is said beforehand."""

import asyncio
import html
from collections.abc import Sequence
from uuid import UUID

import pytest
from tests.infrastructure.rendering.test_checks_and_previews import CALLER, CAMPAIGN, Clock, Stored

from campaigns.application.delivery.ports import Recipient
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.personal_links import untracked_links
from campaigns.infrastructure.delivery.rendering.previews import LiquidPreviews
from campaigns.infrastructure.delivery.rendering.renderer import ChunkRun
from campaigns.infrastructure.delivery.rendering.slots import UNSUBSCRIBE, Slots
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.rendering.tracked_text import tracked_text
from campaigns.infrastructure.delivery.rendering.untracked import StraightLinks


def found(source: str) -> Sequence[str]:
    targets = Targets()
    tracked_text(source, targets, Slots())
    return targets.all()


def text_of(content: Content, first: int = 0) -> str:
    targets = Targets(first)
    form = letter_form(content, UUID(int=1), targets)
    links = StraightLinks(targets.all(), "https://t.example", first)
    person = {"user_id": "u1", "city": "Oslo"}
    message = form.message(ChunkRun(1, links, "now"), Recipient(1, "u1", -1, "u1@x.example", person), set())
    return message.body.decode().replace("=\r\n", "")


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("See https://a.example/x?y=1&z=2.", ["https://a.example/x?y=1&z=2"]),
        ("(https://a.example/b), https://a.example/b!", ["https://a.example/b"]),
        ("https://w.example/A_(b) and HTTP://c.example", ["https://w.example/A_(b)", "HTTP://c.example"]),
        ("<https://a.example/>", ["https://a.example/"]),
        ("{{ x | default: 'https://a.example' }} {% if 'https://b.example' %}{% endif %}", []),
        ("https://a.example/{{ city }}/b https://{{ host }}", []),
        ("https:// and http://... and ftp://a.example", []),
    ],
)
def test_fixed_addresses_are_found_and_end_before_the_sentence_does(source: str, links: list[str]) -> None:
    assert list(found(source)) == links


def test_text_and_html_share_one_table_of_links() -> None:
    targets = Targets(5)
    content = Content(
        subject="s",
        sender_email="n@acme.example",
        body_text="https://b.example https://a.example/?x=1&y=2",
        body_html='<a href="https://a.example/?x=1&amp;y=2">a</a>',
    )
    letter_form(content, UUID(int=1), targets)
    assert targets.all() == ("https://b.example", "https://a.example/?x=1&y=2")
    assert targets.number("https://b.example") == 5


def test_nothing_is_escaped_in_plain_text() -> None:
    content = Content(subject="s", sender_email="n@acme.example", body_text="{{ city }}: https://a.example/?x&y")
    assert "Oslo: https://a.example/?x&y" in html.unescape(text_of(content)).replace("=3D", "=")
    assert "&amp;" not in text_of(content, first=7)


def test_the_way_out_is_kept_where_the_author_put_it() -> None:
    slots = Slots()
    said = tracked_text("Leave: {{ unsubscribe_url }}", Targets(), slots)
    assert said == f"Leave: {slots.mark(UNSUBSCRIBE)}"


def test_links_made_for_each_person_are_named() -> None:
    content = Content(
        body_text="https://a.example/{{ id }} {{ unsubscribe_url }} https://b.example",
        body_html='<a href="{{ shop | default: "https://s.example" }}">x</a><a href="https://f.example">f</a>'
        "<a href='{{ unsubscribe_url }}'>out</a>",
    )
    warnings = untracked_links(content, ChannelType.EMAIL)
    assert [(w.pointer, w.message.split()[2]) for w in warnings] == [
        ("/body_html", "{{"),
        ("/body_text", "https://a.example/{{"),
    ]
    assert untracked_links(content, ChannelType.PUSH) == ()


def test_a_preview_warns_and_shows_the_message_all_the_same() -> None:
    content = Content(subject="s", sender_email="n@acme.example", body_text="https://a.example/{{ city }}")
    previews = LiquidPreviews(Stored(), Clock(), "https://t.example")
    channel = Channel(channel_type=ChannelType.EMAIL, content=content)
    preview = asyncio.run(previews.show(channel, {"city": "Oslo"}, CALLER, CAMPAIGN))
    assert preview.problems == ()
    assert [w.pointer for w in preview.warnings] == ["/body_text"]
    assert "https://a.example/Oslo" in (preview.message or "")
