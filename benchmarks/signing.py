"""P3i: mails signed by DKIM and handed over, against the same mails unsigned with a bare signature after each.

Both on one core, the sink beside them; the floor signs 32 bytes and makes nothing canonical.
"""

import asyncio
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from benchmarks.rendering import HTML, PERSON, chunk
from benchmarks.reporting import line
from campaigns.application.delivery.ports import OutgoingMessage, Recipient, Sender
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.senders.signing import SigningSender
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.signing.signature import Signatory, signed
from campaigns.infrastructure.embedded.smtp_sink import smtp_sink
from campaigns.infrastructure.system import SystemClock

ID = "P3i"
RUNS, MAILS, CALLS, CHUNK, SESSIONS = 3, 1_500, 300, 100, 10
NOW = 1_790_000_000
CONTENT = Content(subject="Hi {{ first_name }}", body_html=HTML, body_text="Hi", sender_email="a@acme.example")


def run() -> Iterable[str]:
    mails = _mails()
    for who in (_who("rsa"), _who("ed25519")):
        rounds = [_round(mails, who) for _ in range(RUNS)]
        bare, alone, unsigned, ours = map(statistics.median, zip(*rounds, strict=True))
        floor = 1 / (1 / unsigned + 1 / bare)
        yield line(
            ID, ">=0.6", ours / floor, what=who.selector, floor=f"{floor:.0f}/s", ours=f"{ours:.0f}/s",
            unsigned=f"{unsigned:.0f}/s", bare=f"{bare:.0f}/s", one_core_signs=f"{alone:.0f}/s", n=MAILS, runs=RUNS,
        )  # fmt: skip


def _round(mails: list[OutgoingMessage], who: Signatory) -> tuple[float, float, float, float]:
    """Interleaved: all see the same weather."""
    bare = _calls_a_second(lambda: who.sign(b"x" * 32))
    alone = _calls_a_second(lambda: signed(mails[0].body, [who], NOW))
    return bare, alone, asyncio.run(_rate(mails, None)), asyncio.run(_rate(mails, who))


def _mails() -> list[OutgoingMessage]:
    form, one_chunk = letter_form(CONTENT, UUID(int=1), Targets()), chunk()
    return [form.message(one_chunk, Recipient(n, f"u{n}", -1, f"u{n}@x.example", PERSON), set()) for n in range(MAILS)]


def _who(algorithm: str) -> Signatory:
    """With a new key; RSA has 2048 bits."""
    from campaigns.infrastructure.delivery.signing.keys import signatory  # noqa: PLC0415 - as the service does

    made = subprocess.run(["openssl", "genpkey", "-algorithm", algorithm], capture_output=True, check=True, text=True)
    return signatory("acme.example", algorithm, made.stdout)


def _calls_a_second(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        work()
    return CALLS / (time.perf_counter() - began)


async def _rate(mails: list[OutgoingMessage], who: Signatory | None) -> float:
    async with smtp_sink(remember=False) as sink:
        plain = SmtpSender(SmtpSettings(host="127.0.0.1", port=sink.port, connections=SESSIONS))
        sender: Sender = SigningSender(plain, [who], SystemClock()) if who else plain
        began = time.perf_counter()
        await asyncio.gather(_lane(sender, mails[: MAILS // 2]), _lane(sender, mails[MAILS // 2 :]))
        spent = time.perf_counter() - began
        await sender.close()
        if sink.arrived != MAILS:
            raise RuntimeError(f"{sink.arrived} of {MAILS} arrived")
        return MAILS / spent


async def _lane(sender: Sender, mails: list[OutgoingMessage]) -> None:
    """One chunk after the other, as one of a worker's two."""
    for start in range(0, len(mails), CHUNK):
        await sender.deliver(mails[start : start + CHUNK])
