"""What staff and viewers do in a browser, told once for all journeys."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.running import Suite, chromium, until, visitor

PASSWORD = "un bon mot de passe 7"


def open_the_studio(suite: Suite) -> None:
    """Become the first owner by the link that `up` prints."""
    with chromium() as browser, visitor(browser) as page:
        page.goto(suite.setup_link)
        page.fill("[name=name]", "Dana")
        page.fill("[name=email]", "dana@example.com")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(suite.dashboard + "/")


def sign_in(page: Page, suite: Suite) -> None:
    page.goto(suite.dashboard)
    if "/sign-in" in page.url:
        page.fill("[name=email]", "dana@example.com")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(suite.dashboard + "/")


def upload(page: Page, suite: Suite, file: Path, access: str, price: str = "") -> None:
    page.goto(f"{suite.dashboard}/upload")
    page.select_option("[name=access_level]", access)
    page.fill("[name=price_amount]", price)
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".upload .badge")).to_contain_text("encodage", timeout=60_000)


def wait_until_online(page: Page, suite: Suite, title: str) -> None:
    """Follow the job on its page until the film is on screen."""

    def is_done() -> bool:
        page.goto(f"{suite.dashboard}/films?status=published")
        return page.locator("tbody", has_text=title).count() > 0

    until(is_done, f"{title} online", 300)


def mint(page: Page, suite: Suite, level: str, film: str = "") -> str:
    page.goto(f"{suite.dashboard}/tokens/new")
    page.fill("[name=title]", f"Code {level}")
    page.check(f"[name=access_level][value={level}]")
    if film:
        page.select_option("[name=video_id]", label=film)
    page.click("main form button[data-kind=primary]")
    code = page.locator(".big-code").inner_text()
    assert code
    return code


def plays(page: Page) -> None:
    """Wait until the picture really moves."""
    moved = "document.querySelector('video').currentTime > 1"
    until(lambda: page.evaluate(moved) or None, "the film plays", 60)


def watch_address(suite: Suite, slug: str) -> str:
    return f"{suite.portal}/watch/{slug}"


def type_code(viewer: Page, suite: Suite, code: str) -> None:
    viewer.goto(f"{suite.portal}/code")
    viewer.fill("[name=code]", code)
    viewer.click("main form button[type=submit]")
    viewer.wait_for_load_state()


def revoke(page: Page, suite: Suite, code: str) -> None:
    page.goto(f"{suite.dashboard}/tokens?q={code}")
    page.click("tbody a")
    page.click("form[action$=revocation] button")
    expect(page.locator(".notice")).to_be_visible()
