"""The report in a real browser: Debian's chromium. Without one these tests say so and are skipped."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.support.running_service import RunningService, Tenant

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NOT TESTED: there is no `chromium` on this machine")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=QUIET)
        yield opened
        opened.close()


class Reading:
    """A report that was opened: what it asked for, and what the browser complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.goto(address)


Read = Callable[..., Reading]


@pytest.fixture
def address(service: RunningService, tenant: Tenant) -> str:
    made = tenant.client.post("/api/v1/campaigns", json={"name": "Spring", "description": "For everybody"}).json()
    figures = {"report_id": "r1", "channel": "web", "impressions": 2000, "clicks": 50, "conversions": 5}
    tenant.client.post(f"/api/v1/campaigns/{made['id']}/metrics", json=figures)
    return f"{service.url}/api/v1/campaigns/{made['id']}/report.html"


@pytest.fixture
def read(browser: Browser, tenant: Tenant, address: str) -> Iterator[Read]:
    contexts = []

    def opened(**options: object) -> Reading:
        contexts.append(browser.new_context(extra_http_headers={"X-API-Key": tenant.api_key}, **options))
        return Reading(contexts[-1].new_page(), address)

    yield opened
    for context in contexts:
        context.close()


def test_the_report_needs_nothing_but_itself(read: Read, address: str) -> None:
    reading = read()
    expect(reading.page.get_by_role("heading", level=1)).to_have_text("Spring")
    expect(reading.page.get_by_role("img")).to_have_count(2)
    assert (reading.asked, reading.complaints) == ([address], [])


def test_its_pictures_say_in_words_what_they_show(read: Read) -> None:
    picture = read().page.get_by_role("img").first
    expect(picture).to_have_accessible_name(
        "From the audience to conversions: Impressions 2,000; Clicked 50 (2.5 % of impressions); Converted 5 (10.0 % of clicked)."
    )


def test_it_follows_the_readers_choice_of_light_or_dark(read: Read) -> None:
    def background(scheme: str) -> str:
        return read(color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert background("light") == "rgb(243, 245, 248)"
    assert background("dark") == "rgb(15, 20, 26)"


def test_it_fits_a_telephone(read: Read) -> None:
    page = read(viewport={"width": 390, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_it_prints_on_few_sheets_of_paper(read: Read) -> None:
    written = read().page.pdf(format="A4")
    assert written.count(b"/Type /Page\n") <= 2
