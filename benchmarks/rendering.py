"""P3d: a personal 4 kB mail text, compiled, against python-liquid; and whole MIME messages against EmailMessage."""

import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from benchmarks.reporting import line
from campaigns.application.delivery.ports import Recipient
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.renderer import ChunkRun
from campaigns.infrastructure.delivery.rendering.slots import Slots
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.rendering.texts import interpreted, renderable
from campaigns.infrastructure.delivery.rendering.untracked import StraightLinks

ID = "P3d"
RUNS, SECONDS = 5, 0.4
HTML = (
    "<html><body><h1>Hello {{ first_name | default: 'friend' }}</h1>"
    + "<p>Lorem ipsum dolor sit amet, consetetur sadipscing elitr, sed diam nonumy eirmod.</p>\n" * 42
    + "{% if vip %}<p>Thank you, {{ last_name }} of {{ city }}.</p>{% else %}<p>Join us.</p>{% endif %}<ul>"
    + "{% for offer in offers %}<li>{{ offer.name }}: {{ offer.price }}</li>{% endfor %}</ul>"
    + '<a href="https://shop.example/">{{ country | upcase }}</a></body></html>'
)
PERSON: dict[str, Any] = {
    "first_name": "Ann", "last_name": "O'Neil", "city": "Brno", "country": "cz", "vip": True,
    "offers": [{"name": "Tea & milk", "price": "3.20"}, {"name": "Bread", "price": "1.80"}],
}  # fmt: skip


def run() -> Iterable[str]:
    fast, slow = renderable(HTML, html=True), interpreted(HTML, html=True, slots=Slots())
    yield _compared("texts", ">=5", lambda: slow(PERSON, set(), None, 1), lambda: fast(PERSON, set(), None, 1))
    content = Content(subject="Hi {{ first_name }}", body_html=HTML, body_text="Hi", sender_email="a@acme.example")
    form, one_chunk = letter_form(content, UUID(int=1), Targets()), chunk()
    recipient = Recipient(1, "u1", -1, "u1@x.example", PERSON)
    yield _compared("mails", ">=10", _plain_mail, lambda: form.message(one_chunk, recipient, set()))


def chunk() -> ChunkRun:
    date = datetime(2027, 1, 1, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return ChunkRun(1, StraightLinks(("https://shop.example/",), "https://t.example", 0), date)


def _plain_mail() -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Hi Ann", "a@acme.example", "u1@x.example"
    mail.set_content("Hi")
    mail.add_alternative(HTML, subtype="html")
    return mail.as_bytes()


def _compared(what: str, goal: str, floor: Callable[[], object], ours: Callable[[], object]) -> str:
    floors, rates = [], []
    for _ in range(RUNS):  # interleaved: both see the same weather
        floors.append(_rate(floor))
        rates.append(_rate(ours))
    plain, rate = statistics.median(floors), statistics.median(rates)
    return line(ID, goal, rate / plain, what=what, floor=f"{plain:.0f}/s", ours=f"{rate:.0f}/s", runs=RUNS)


def _rate(work: Callable[[], object]) -> float:
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SECONDS:
        for _ in range(20):
            work()
        done += 20
    return done / spent
