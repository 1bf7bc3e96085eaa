"""Who opened or clicked: a person, a machine, or a mail client that fetches ahead. Rules are versioned, hits are raw.

A version's rules never change: a better set is a new version, and a rebuild of the figures re-scores the past with it.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct


class HitLabel(StrEnum):
    """The verdict on one hit. Measures count HUMAN; the others are shown beside them."""

    HUMAN = "human"
    MACHINE = "machine"
    PREFETCH = "prefetch"


class Hit(Struct, frozen=True, gc=False):
    """What is known of one open or click. None: the hit was reported by a provider, not seen by us."""

    user_agent: str | None = None
    method: str = "GET"
    purpose: str | None = None  # of a client that says it fetches ahead: `prefetch`, `preview` …
    bot: str | None = None  # what the provider that reported the hit calls a machine that it tells from people


MACHINE_OPEN = "machine_open"
"""What SendGrid says of mail privacy, in the words in which others name their bots."""
_PREFETCHERS = ("googleimageproxy", "yahoomailproxy", "outlook-ios-prefetch", "applemailprivacy")
_BOTS = ("bot", "crawler", "spider", "curl/", "wget/", "python-", "aiohttp", "okhttp", "go-http-client", "headless")
_SCANNERS = ("barracuda", "proofpoint", "mimecast", "symantec", "trendmicro", "fireeye", "forcepoint", "safelinks")
_MORE_SCANNERS = ("sophos", "cloudmark", "zscaler", "paloalto", "urlscan", "virustotal", "checkpoint", "bitdefender")
_LIBRARIES = ("libwww", "java/", "apache-httpclient", "node-fetch", "axios/", "guzzlehttp", "ruby", "phantomjs")
_AHEAD = ("prefetch", "prerender", "preview")
_FETCHING_AHEAD = frozenset({"apple", "gmail", MACHINE_OPEN})
_BARE_AGENT = "mozilla/5.0"  # Apple's mail privacy proxy says this and nothing more


def _first_rules(hit: Hit) -> HitLabel:
    if hit.user_agent is None:
        return HitLabel.HUMAN
    agent = hit.user_agent.strip().lower()
    if agent == _BARE_AGENT or any(name in agent for name in _PREFETCHERS):
        return HitLabel.PREFETCH
    if not agent or any(name in agent for name in _BOTS):
        return HitLabel.MACHINE
    return HitLabel.HUMAN


def _second_rules(hit: Hit) -> HitLabel:
    """The first rules, and: mail scanners, and whoever only asks for the head."""
    agent = (hit.user_agent or "").lower()
    if hit.method == "HEAD" or any(name in agent for name in _SCANNERS):
        return HitLabel.MACHINE
    return _first_rules(hit)


def _third_rules(hit: Hit) -> HitLabel:
    """The second rules, and: clients that say they fetch ahead, and more agents. See `scanning`, too."""
    if hit.purpose is not None and any(word in hit.purpose.lower() for word in _AHEAD):
        return HitLabel.PREFETCH
    agent = (hit.user_agent or "").lower()
    if any(name in agent for name in (*_MORE_SCANNERS, *_LIBRARIES)):
        return HitLabel.MACHINE
    return _second_rules(hit)


def _fourth_rules(hit: Hit) -> HitLabel:
    """The third rules, and: whoever the provider says is none."""
    if hit.bot:
        return HitLabel.PREFETCH if hit.bot in _FETCHING_AHEAD else HitLabel.MACHINE
    return _third_rules(hit)


MACHINE_RULES: Mapping[int, Callable[[Hit], HitLabel]] = {
    1: _first_rules,
    2: _second_rules,
    3: _third_rules,
    4: _fourth_rules,
}
"""Every set of rules ever used, by version: what one hit tells by itself."""
