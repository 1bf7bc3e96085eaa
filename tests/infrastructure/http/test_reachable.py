"""Services that we call: whether they answer, told without ever waiting long."""

import asyncio
import time

import pytest
from tests.support.waiting import PATIENCE

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.http.reachable import MailServerProbe, RulesEngineProbe
from campaigns.infrastructure.settings import Settings, SmtpTls


async def asked(greeting: bytes | None) -> Health:
    """What the mail probe says of a server that says so when somebody comes; None: nothing."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting is None:
            await reader.read()  # until the other side has had enough
        else:
            writer.write(greeting)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await MailServerProbe(Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls=SmtpTls.NONE))()
    finally:
        server.close()
        await asyncio.sleep(0.05)  # the conversation ends


@pytest.mark.parametrize(("greeting", "away"), [(b"220 ready\r\n", False), (None, True), (b"", True)])
def test_a_mail_server_that_greets_is_there_and_a_frozen_one_is_not(greeting: bytes | None, away: bool) -> None:
    began = time.monotonic()
    health = asyncio.run(asked(greeting))
    assert (health.ok, health.degraded) == (True, away)
    assert time.monotonic() - began < PATIENCE


def test_nobody_at_the_address_is_away_and_nothing_configured_is_fine() -> None:
    away = asyncio.run(RulesEngineProbe(Settings(rules_service_url="http://127.0.0.1:1/api"))())
    assert (away.ok, away.degraded) == (True, True)
    assert not asyncio.run(RulesEngineProbe(Settings())()).degraded
