"""The providers file: what it says is what is installed, and what it gets wrong is named."""

import json
import subprocess
from pathlib import Path

import pytest

from campaigns.domain.delivery.routing import equals
from campaigns.domain.delivery.warming import Allowance, WarmUp
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.providers.catalogue import Mail, Provider, installed_providers
from campaigns.infrastructure.embedded.diagnosis import diagnose
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.settings_sources import SettingsError

WHOLE = """
[[providers]]
name = "ses-eu"
kind = "smtp"
host = "mail.example"
port = 587
username = "AKIA"
password_file = "ses.password"
connections = 4
tenants = ["acme"]
sender_domains = ["News.Example"]
priority = 3
weight = 2
limits = { per_minute = 600, per_day = 50_000, spread = true }
warm_up = { per_day = [50, 100, 500] }

[[providers]]
name = "texts"
kind = "notification"
url = "https://user:hidden@notes.example/base"
channels = ["sms"]

[[providers]]
name = "hooks"
kind = "webhook"
secret_file = "hooks.secret"

[[senders]]
sender = "Acme.Example"
limits = { per_hour = 1_000 }
"""


SIGNED = '[[providers]]\nname="a"\nkind="smtp"\nhost="h"\n'


def private_key(*algorithm: str) -> str:
    return subprocess.run(["openssl", *algorithm], capture_output=True, check=True, text=True).stdout


def written(folder: Path, text: str, name: str = "providers.toml") -> Settings:
    (folder / "ses.password").write_text("pa55word\n")
    (folder / "small.pem").write_text(private_key("genrsa", "512"))
    (folder / "hooks.secret").write_text("whsec_c2VjcmV0")
    (folder / name).write_text(text)
    return Settings(providers_file=folder / name)


def named(settings: Settings) -> dict[str, Provider]:
    return {provider.name: provider for provider in installed_providers(settings).all}


def test_named_providers_come_before_those_of_the_settings(tmp_path: Path) -> None:
    settings = written(tmp_path, WHOLE)
    providers = installed_providers(settings)
    found = named(settings)
    assert list(found) == ["ses-eu", "texts", "hooks", "webhook", "nats"]
    mail = found["ses-eu"]
    assert mail.allowance == Allowance(
        throttle=Throttle(per_minute=600, per_day=50_000), spread=True, warm_up=WarmUp(per_day=(50, 100, 500))
    )
    assert isinstance(mail.connection, Mail)
    server = mail.connection.server
    assert (server.host, server.port, server.security, server.password, server.connections) == (
        "mail.example", 587, "starttls", "pa55word", 4,
    )  # fmt: skip
    routes = [provider.route for provider in providers.all]
    acme, zenith = TenantId("acme"), TenantId("zenith")
    assert [r.provider for r in equals(routes, acme, ChannelType.EMAIL, "a@news.example")] == ["ses-eu"]
    assert [r.provider for r in equals(routes, zenith, ChannelType.EMAIL, "a@news.example")] == ["nats"]
    assert [r.provider for r in equals(routes, zenith, ChannelType.SMS, "")] == ["texts"]
    assert [r.provider for r in equals(routes, zenith, ChannelType.PUSH, "")] == ["nats"]
    assert [r.provider for r in equals(routes, zenith, ChannelType.WEBHOOK, "")] == ["hooks"]
    assert providers.senders == {"acme.example": Allowance(throttle=Throttle(per_hour=1_000))}


def test_json_says_the_same(tmp_path: Path) -> None:
    document = {"providers": [{"name": "a", "kind": "pipeline", "channels": ["push"], "weight": 5}]}
    assert named(written(tmp_path, json.dumps(document), "providers.json"))["a"].route.weight == 5


def test_what_people_are_shown_holds_no_secret(tmp_path: Path) -> None:
    found = named(written(tmp_path, WHOLE))
    assert found["ses-eu"].describe() == (
        "smtp mail.example:587 (STARTTLS, as AKIA); email; 600 per minute; 50000 per day; warm-up of 3 days;"
        " for the tenants acme; for mails of news.example"
    )
    shown = " ".join([provider.describe() for provider in found.values()] + [repr(found)])
    for secret in ("pa55word", "c2VjcmV0"):
        assert secret not in shown
    assert "hidden" not in found["texts"].describe()


def test_people_are_shown_who_signs_and_what_to_publish_but_never_the_private_key(tmp_path: Path) -> None:
    keys = {"rsa": private_key("genrsa", "2048"), "ed": private_key("genpkey", "-algorithm", "ed25519")}
    for name, key in keys.items():
        (tmp_path / f"{name}.pem").write_text(key)
    tables = [
        f'[[providers.dkim]]\ndomain="News.example"\nselector="{name}"\nprivate_key_file="{name}.pem"' for name in keys
    ]
    settings = written(tmp_path, SIGNED + "\n".join(tables))
    provider = named(settings)["a"]
    assert (
        "signed by news.example (rsa, rsa-sha256); signed by news.example (ed, ed25519-sha256)" in provider.describe()
    )
    told = [seen.detail for seen in diagnose(settings) if seen.check == "provider a DKIM"]
    assert [line.partition("; p=")[0] for line in told] == [
        'to be published: rsa._domainkey.news.example. TXT "v=DKIM1; k=rsa',
        'to be published: ed._domainkey.news.example. TXT "v=DKIM1; k=ed25519',
    ]
    shown = " ".join([*told, provider.describe(), repr(provider)])
    assert not any(line in shown for key in keys.values() for line in key.splitlines())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nprot=25', "unknown field `prot` - at `$.providers[0]`"),
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nlimits={per_second=3}', "unknown field `per_second` - at `$.providers[0].limits`"),
        ('[[providers]]\nname="a"\nkind="fax"', "Invalid value 'fax' - at `$.providers[0].kind`"),
        ('[[providers]]\nname="a"\nkind="smtp"', "missing required field `host` - at `$.providers[0]`"),
        ('[[providers]]\nname="A b"\nkind="pipeline"', "- at `$.providers[0].name`"),
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nlimits={per_minute=0}', "Expected `int` >= 1 - at `$.providers[0].limits.per_minute`"),
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nchannels=["sms"]', "sms is not delivered by this kind of provider - at `$.providers[0].channels`"),
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nusername="u"', "a username and a password_file belong together"),
        ('[[providers]]\nname="a"\nkind="smtp"\nhost="h"\nusername="u"\npassword_file="none"', "none cannot be read: No such file"),
        ('[[providers]]\nname="smtp"\nkind="pipeline"', "the name 'smtp' belongs to the settings"),
        ('[[providers]]\nname="a"\nkind="pipeline"\n[[providers]]\nname="a"\nkind="pipeline"', "the name 'a' is used 2 times"),
        ('[[senders]]\nsender="A@x.example"\n[[senders]]\nsender="a@X.example"', "the sender 'a@x.example' is named 2 times"),
        (f'{SIGNED}dkim={{domain="a.example",selector="s1",private_key_file="none"}}', "none cannot be read: No such file"),
        (f'{SIGNED}dkim={{domain="a.example",selector="s1",private_key_file="small.pem"}}', "small.pem is an RSA key of 512 bits; at least 1024 are needed"),
        (f'{SIGNED}dkim={{domain="a.example",selector="s1",private_key_file="ses.password"}}', "ses.password is no private key in PEM"),
        (f'{SIGNED}dkim={{domain="a.example; d=b",selector="s1",private_key_file="small.pem"}}', "- at `$.providers[0].dkim.domain`"),
        (f'{SIGNED}dkim={{domain="a.example",selector="s1\\n",private_key_file="small.pem"}}', "- at `$.providers[0].dkim.selector`"),
        ('[[providers]]\nname="a"\nkind="pipeline"\ndkim={}', "unknown field `dkim` - at `$.providers[0]`"),
        ('[[senders]]\nsender="a@acme..example"', "'a@acme..example' is not a domain"),
        (SIGNED + 'sender_domains=["acme..example"]', "'acme..example' is not a domain"),
        ("[[providers]", "is neither TOML nor JSON"),
        ("colour = 1", "unknown field `colour`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        installed_providers(written(tmp_path, text))
    assert problem in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_domains_beyond_ascii_are_compared_as_they_stand_in_mails(tmp_path: Path) -> None:
    text = (
        SIGNED
        + 'sender_domains=["B\u00fccher.example"]\n[[senders]]\nsender="Post@b\u00fccher.example"\nlimits={per_hour=5}'
    )
    providers = installed_providers(written(tmp_path, text))
    routes = [provider.route for provider in providers.all]
    found = equals(routes, TenantId("acme"), ChannelType.EMAIL, "post@xn--bcher-kva.example")
    assert [route.provider for route in found] == ["a"]
    assert list(providers.senders) == ["post@xn--bcher-kva.example"]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"/nowhere/providers\.toml: cannot be read: No such file"):
        installed_providers(Settings(providers_file=Path("/nowhere/providers.toml")))
