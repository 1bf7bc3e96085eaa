"""Which addresses may be called. Checked when the socket is made, so that no name resolves its way around it."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

# `is_global` says yes to these, though they lead inside: NAT64, its local form, 6to4, its relays, Teredo, ORCHID.
_LEADS_INSIDE = tuple(
    ip_network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "192.88.99.0/24", "2001::/23", "fec0::/10", "::/96")
)
_ALLOWED_PORTS = frozenset({80, 443, 8080, 8443})
_LONGEST = 2048


class OutgoingPolicy(Struct, frozen=True, kw_only=True):
    """What may be called. `inside` are networks the installation opens on purpose; services named in the configuration
    are called under `TRUSTED`, addresses that users type under the strict default.
    """

    https_only: bool = True
    any_port: bool = False
    anywhere: bool = False
    inside: tuple[str, ...] = ()


STRICT = OutgoingPolicy()
TRUSTED = OutgoingPolicy(https_only=False, any_port=True, anywhere=True)


class SocketRefusedError(OSError):
    """Raised while connecting; the client reports it as AddressRefusedError."""


def address_refusal(address: str, policy: OutgoingPolicy = STRICT) -> str | None:
    """Why no socket to this IP address is made; None when it may be."""
    if policy.anywhere:
        return None
    ip = _plain(ip_address(address.split("%", maxsplit=1)[0]))
    if any(ip in ip_network(net) for net in policy.inside):
        return None
    if not ip.is_global or ip.is_multicast or any(ip in net for net in _LEADS_INSIDE):
        return "addresses outside the public internet are not called"
    return None


def url_refusal(url: str, policy: OutgoingPolicy = STRICT) -> str | None:
    """Why this URL is not called, as far as can be told without resolving its name; None when it may be."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return f"must be an ASCII URL of at most {_LONGEST} characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ({"https"} if policy.https_only else {"https", "http"}):
        return "must use https"
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return "must name a host, without user or password"
    if port is not None and not policy.any_port and port not in _ALLOWED_PORTS:
        return f"port {port} is not called"
    return _literal_refusal(parts.hostname, policy)


def _literal_refusal(host: str, policy: OutgoingPolicy) -> str | None:
    try:
        return address_refusal(str(ip_address(host)), policy)
    except ValueError:  # a name, or one of the odd spellings of IPv4: judged when connecting
        return None


def guarded_socket(policy: OutgoingPolicy) -> Any:
    """A socket factory for aiohttp's connector that refuses by address, whatever name led there."""

    def make(address_info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = address_info
        if refusal := address_refusal(address[0], policy):
            raise SocketRefusedError(refusal)
        return socket.socket(family, kind, protocol)

    return make


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
