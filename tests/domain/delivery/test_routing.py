"""Which provider takes a message."""

from campaigns.domain.delivery.routing import Route, chosen, domain_of, equals
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId

EMAIL = frozenset({ChannelType.EMAIL})
ACME, ZENITH = TenantId("acme"), TenantId("zenith")
ANY = Route(provider="any", channels=EMAIL, priority=9)
ACMES = Route(provider="acme's", channels=EMAIL, tenants=frozenset({ACME}))
NEWS = Route(provider="news", channels=EMAIL, sender_domains=frozenset({"news.example"}), priority=5)


def names(tenant_id: TenantId, channel: ChannelType, sender: str, *routes: Route) -> list[str]:
    return [route.provider for route in equals(routes, tenant_id, channel, sender)]


def test_a_provider_takes_its_channels_tenants_and_sender_domains_and_the_lowest_priority_comes_first() -> None:
    routes = (ANY, ACMES, NEWS)
    assert names(ACME, ChannelType.EMAIL, "a@news.example", *routes) == ["acme's"]
    assert names(ZENITH, ChannelType.EMAIL, "a@News.Example", *routes) == ["news"]
    assert names(ZENITH, ChannelType.EMAIL, "a@other.example", *routes) == ["any"]
    assert names(ACME, ChannelType.SMS, "Acme", *routes) == []
    assert names(ZENITH, ChannelType.EMAIL, "a@sub.news.example", NEWS) == []
    assert domain_of("a@B.example") == "b.example"


def test_equals_share_by_weight_and_a_message_always_goes_the_same_way() -> None:
    heavy, light = Route(provider="heavy", channels=EMAIL, weight=3), Route(provider="light", channels=EMAIL)
    among = equals((heavy, light), ACME, ChannelType.EMAIL, "")
    went = [chosen(among, f"7-{seq}").provider for seq in range(8_000)]
    assert 0.72 < went.count("heavy") / len(went) < 0.78
    assert went == [chosen(among, f"7-{seq}").provider for seq in range(8_000)]
    assert chosen((light,), "7-1") is light
