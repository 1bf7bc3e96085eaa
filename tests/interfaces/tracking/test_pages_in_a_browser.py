"""What people see, in a real browser: Debian's chromium. Without one these tests say so and are skipped."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.support.recipients import Recipient
from tests.support.running_service import RunningService, Tenant

from campaigns.domain.analytics.tokens import TouchKind

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NOT TESTED: there is no `chromium` on this machine")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=QUIET)
        yield opened
        opened.close()


class Visit:
    """A page, what it asked for, and what it complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context.new_page())
    context.close()


@pytest.fixture
def recipient(service: RunningService, tenant: Tenant, request: pytest.FixtureRequest) -> Recipient:
    return Recipient(service, tenant, abs(hash(request.node.nodeid)) % 1_000_000 + 1)


def test_a_person_unsubscribes_with_one_press_of_a_button(
    visit: Visit, service: RunningService, recipient: Recipient
) -> None:
    visit.page.goto(service.url + recipient.path(TouchKind.UNSUBSCRIBE))
    expect(visit.page.get_by_role("heading")).to_have_text("Unsubscribe?")
    assert recipient.suppressions() == []
    visit.page.get_by_role("button", name="Unsubscribe").click()
    expect(visit.page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert len(recipient.suppressions()) == 1
    assert visit.complaints == []
    assert visit.page.context.cookies() == []


def test_the_page_of_a_forged_link_offers_no_button(visit: Visit, service: RunningService) -> None:
    answer = visit.page.goto(f"{service.url}/t/u/{'A' * 32}")
    assert answer is not None
    assert answer.status == 404
    assert visit.page.get_by_role("button").count() == 0


def test_the_documentation_shows_every_route_with_assets_of_its_own(visit: Visit, service: RunningService) -> None:
    visit.page.goto(f"{service.url}/docs", wait_until="networkidle")
    text = visit.page.inner_text("body")
    for route in ("/api/v1/campaigns/{campaign_id}/activate", "/api/v1/suppressions", "/health/ready"):
        assert route in text
    assert visit.complaints == []
    assert {url.startswith(service.url) for url in visit.asked} == {True}
