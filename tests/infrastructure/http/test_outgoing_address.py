import pytest

from campaigns.infrastructure.http.outgoing_address import TRUSTED, OutgoingPolicy, address_refusal, url_refusal


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.255.255.255 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.2.1 198.18.0.1
    224.0.0.1 239.255.255.255 255.255.255.255 192.88.99.1 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1
    64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001:0:1::1 2001:db8::1 fc00::1 fd00::1 fe80::1 fe80::1%eth0 fec0::1
    ff02::1""".split(),
)
def test_no_address_that_leads_inside_is_called(address: str) -> None:
    assert address_refusal(address) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_called(address: str) -> None:
    assert address_refusal(address) is None


def test_an_installation_may_open_a_network_of_its_own() -> None:
    policy = OutgoingPolicy(inside=("10.1.0.0/16",))
    assert address_refusal("10.1.2.3", policy) is None
    assert address_refusal("10.2.0.1", policy) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/",
        "ftp://acme.example/",
        "https://",
        "https:///x",
        "https://user@acme.example/",
        "https://user:secret@acme.example/",
        "https://acme.example:22/",
        "https://acme.example:99999/",
        "https://acme.example:x/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::1/",
        "https://acme.example/a b",
        "https://acme.example\\@evil.example/",
        "https://acme.example/\n",
        "https://ácme.example/",
        "https://acme.example/" + "x" * 2048,
        "javascript:alert(1)",
        "",
    ],
)
def test_no_questionable_url_is_called(url: str) -> None:
    assert url_refusal(url) is not None


@pytest.mark.parametrize("url", ["https://acme.example/hook?x=1", "https://acme.example:8443/", "https://8.8.8.8/"])
def test_plain_https_urls_are_called(url: str) -> None:
    assert url_refusal(url) is None


def test_services_of_the_configuration_may_be_anywhere() -> None:
    assert url_refusal("http://localhost:9000/", TRUSTED) is None
