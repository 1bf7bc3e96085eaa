"""P3b-client: e-mail rendered and handed over by SMTP, against the C client smtp-source with as many sessions.

Both send to Postfix' `smtp-sink`. Where Postfix' tools are not installed the floor is missing, and the line says so:
ours then sends to the built-in sink in this process. The ledger is not part of it; smtplib over one connection is
measured beside, as what most projects do.
"""

import asyncio
import smtplib
import statistics
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from benchmarks._postfix import installed, send, sink
from benchmarks.rendering import HTML, PERSON, chunk
from benchmarks.reporting import line
from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering.letters import LetterForm, letter_form
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.embedded.smtp_sink import smtp_sink

ID = "P3b-client"
RUNS, MAILS, SESSIONS, CHUNK, PLAIN_MAILS = 5, 20_000, 10, 500, 1_000
CONTENT = Content(subject="Hi {{ first_name }}", body_html=HTML, body_text="Hi", sender_email="a@acme.example")
ONE_CHUNK = chunk()


def run() -> Iterable[str]:
    form = letter_form(CONTENT, UUID(int=1), Targets())
    if not installed():
        rate = asyncio.run(_to_own_sink(form))
        yield f"{ID} FLOOR MISSING: smtp-sink and smtp-source (Postfix) are not installed; ours={rate:.0f}/s n={MAILS}"
        return
    with sink() as port:
        floors, times, plains = [], [], []
        for _ in range(RUNS):  # interleaved: all see the same weather
            floors.append(_timed(lambda: send(port, MAILS, len(_mail(form, 0).body), SESSIONS)))
            times.append(_timed(lambda: asyncio.run(_send(form, port))))
            plains.append(_timed(lambda: _smtplib(form, port)) / PLAIN_MAILS * MAILS)
    floor, ours, plain = map(statistics.median, (floors, times, plains))
    yield line(
        ID, "<=0.8", ours / floor, floor=f"{floor:.2f}s", ours=f"{ours:.2f}s", smtplib=f"{plain:.2f}s", n=MAILS,
        sessions=SESSIONS, runs=RUNS, rate=f"{MAILS / ours:.0f}/s",
    )  # fmt: skip


async def _to_own_sink(form: LetterForm) -> float:
    async with smtp_sink(remember=False) as sink:
        began = time.perf_counter()
        await _send(form, sink.port)
        return MAILS / (time.perf_counter() - began)


async def _send(form: LetterForm, port: int) -> None:
    sender = SmtpSender(SmtpSettings(host="127.0.0.1", port=port, connections=SESSIONS))
    pending: set[asyncio.Task[int]] = set()
    accepted = 0
    for start in range(0, MAILS, CHUNK):
        messages = [_mail(form, seq) for seq in range(start, start + CHUNK)]
        pending.add(asyncio.create_task(_hand_over(sender, messages)))
        await asyncio.sleep(0)
        if len(pending) > 2:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            accepted += sum(task.result() for task in done)
    accepted += sum(await asyncio.gather(*pending))
    await sender.close()
    if accepted != MAILS:
        raise RuntimeError(f"{accepted} of {MAILS} accepted")


async def _hand_over(sender: SmtpSender, messages: list[OutgoingMessage]) -> int:
    return (await sender.deliver(messages)).accepted


def _mail(form: LetterForm, seq: int) -> OutgoingMessage:
    return form.message(ONE_CHUNK, Recipient(seq, f"u{seq}", -1, f"u{seq}@x.example", PERSON), set())


def _smtplib(form: LetterForm, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for seq in range(PLAIN_MAILS):
            mail = _mail(form, seq)
            client.sendmail(mail.sender, [mail.address], mail.body)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
