"""The link that people do not see: in tracked HTML when it is asked for, and nowhere else."""

import re
from uuid import UUID

import pytest

from campaigns.application.delivery.ports import Recipient
from campaigns.domain.analytics.tokens import TRAP_LINK, Touch, TouchKind, TrackingKeys, TrackingTokens
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.analytics.links import SignedLinks
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.renderer import ChunkRun
from campaigns.infrastructure.delivery.rendering.targets import Targets

TOKENS = TrackingTokens(TrackingKeys(current=1, secrets={1: b"0123456789abcdef"}))
_HIDDEN = re.compile(r'<a href="[^"]*/t/c/([^"]+)" style="display:none" tabindex="-1" aria-hidden="true"></a>')


def mail(content: Content, *, trap: bool) -> str:
    form = letter_form(content, UUID(int=1), Targets(), trap=trap)
    run = ChunkRun(7, SignedLinks("https://t.example", TOKENS, 7), "now")
    message = form.message(run, Recipient(3, "u3", -1, "u3@x.example", {}), set())
    return message.body.decode().replace("=\r\n", "").replace("=3D", "=")


HTML = Content(subject="s", sender_email="n@acme.example", body_html="<body><p>Hi</p></body>", body_text="Hi")


def test_a_hidden_link_is_out_of_sight_of_eyes_ears_and_keys() -> None:
    (token,) = _HIDDEN.findall(mail(HTML, trap=True))
    assert TOKENS.read(token) == Touch(7, 3, TouchKind.CLICK, TRAP_LINK)


@pytest.mark.parametrize(
    ("content", "trap"),
    [
        (HTML, False),
        (Content(subject="s", sender_email="n@acme.example", body_text="Hi https://a.example"), True),
    ],
)
def test_there_is_none_unless_asked_for_and_never_in_text(content: Content, *, trap: bool) -> None:
    assert "display:none" not in mail(content, trap=trap)
