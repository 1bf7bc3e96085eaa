"""Steps about signatures, over a service of its own whose provider signs with two keys."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Mailbox, Story
from tests.support.databases import Databases
from tests.support.running_service import RunningService, fresh_tenant, running_service
from tests.support.servers import Addresses
from tests.support.waiting import until

from campaigns.infrastructure.embedded.diagnosis import diagnose
from campaigns.infrastructure.settings import Settings

scenarios("delivery/signing_mails.feature")

PROVIDERS = """
[[providers]]
name = "signing"
kind = "smtp"
host = "127.0.0.1"
port = {port}
tls = "none"

[[providers.dkim]]
domain = "signed.example"
selector = "old"
private_key_file = "rsa.pem"

[[providers.dkim]]
domain = "signed.example"
selector = "new"
private_key_file = "ed25519.pem"
"""
KEYS = {"rsa.pem": ["genpkey", "-algorithm", "rsa"], "ed25519.pem": ["genpkey", "-algorithm", "ed25519"]}


@pytest.fixture(scope="module")
def providers_file(mailbox: tuple[Mailbox, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signing")
    for name, command in KEYS.items():
        subprocess.run(["openssl", *command, "-out", str(folder / name)], capture_output=True, check=True)
    file = folder / "providers.toml"
    file.write_text(PROVIDERS.format(port=mailbox[1]))
    return file


@pytest.fixture(scope="module")
def signing_service(databases: Databases, servers: Addresses, providers_file: Path) -> Iterator[RunningService]:
    settings = {"PROVIDERS_FILE": str(providers_file)}
    with databases.fresh() as url, running_service(url, servers.nats, settings=settings) as running:
        yield running


@pytest.fixture
def story(signing_service: RunningService, mailbox: tuple[Mailbox, int]) -> Iterator[Story]:
    with fresh_tenant(signing_service) as tenant:
        yield Story(tenant, mailbox[0])


@given(parsers.parse("{count:d} people with a mail address"))
def people_with_mail(story: Story, count: int) -> None:
    story.add("p", count)


@given("a provider that signs for its domain")
def signing(story: Story) -> None:
    content = {**MAIL["content"], "sender_email": "news@signed.example"}  # type: ignore[dict-item]
    story.fields["channels"] = [{**MAIL, "content": content}]


@when("the campaign is started")
def start(story: Story) -> None:
    story.start()


@then(parsers.parse("{count:d} signed mails arrive"), target_fixture="arrived")
def arrived(story: Story, count: int) -> list[bytes]:
    until(lambda: sum(story.mails().values()) == count)
    found = [content for to, content in story.mailbox.contents if to in story.mails()]
    assert len(found) == count
    assert all(content.count(b"DKIM-Signature: ") == 2 for content in found)
    return found


@then("each signature is valid by what the doctor says is to be published")
def valid(arrived: list[bytes], providers_file: Path) -> None:
    told = [seen.detail for seen in diagnose(Settings(providers_file=providers_file)) if seen.check.endswith("DKIM")]
    zone = dict(line.removeprefix("to be published: ").split(" TXT ") for line in told)
    assert len(zone) == 2

    def answer(name: bytes, timeout: int = 5) -> bytes:
        return "".join(re.findall('"([^"]*)"', zone[name.decode()])).encode()

    for content in arrived:
        for which in range(2):
            assert dkim.DKIM(content).verify(which, dnsfunc=answer)


@then("each signature covers the way to unsubscribe with one click")
def covers(arrived: list[bytes]) -> None:
    for content in arrived:
        for names in re.findall(rb"\sh=([^;]+);", content):
            covered = re.sub(rb"\s", b"", names).split(b":")
            assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(covered)
