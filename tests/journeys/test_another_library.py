"""The same story when the video library is somebody else's: another machine, another suite."""

import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from suite.services import all_services
from tests.factories.footage import big_buck_bunny
from tests.journeys.running import Suite, chromium, visitor
from tests.journeys.staff import (
    mint,
    open_the_studio,
    plays,
    sign_in,
    type_code,
    upload,
    wait_until_online,
    watch_address,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
KEYS = {
    "API_KEY": "the-key-that-may-do-everything-there",
    "READ_ONLY_KEY": "the-key-that-signs-webhooks-there",
    "CDN_KEY": "the-key-that-signs-addresses-there",
}


def test_films_live_in_a_library_elsewhere() -> None:
    with tempfile.TemporaryDirectory(prefix="kl", ignore_cleanup_errors=True) as folder:
        ours = ",".join(s.folder for s in all_services() if s.folder != "transcoder_service")
        studio = Suite(Path(folder) / "s", "--only", ours)
        cloud = Suite(
            Path(folder) / "c",
            "--only",
            "transcoder_service",
            **{f"TRANSCODER_{name}": key for name, key in KEYS.items()},
            TRANSCODER_LIBRARY_ID="4711",
            TRANSCODER_ALLOWED_ORIGINS=f"{studio.portal},{studio.dashboard}",
            TRANSCODER_WEBHOOK_URL=f"{studio.url('catalog_service')}/webhooks/video",
        )
        there = cloud.url("transcoder_service")
        studio.environment |= {f"BUNNY_{name}": key for name, key in KEYS.items()} | {
            "BUNNY_LIBRARY_ID": "4711",
            "BUNNY_API_URL": there,
            "BUNNY_CDN_URL": there,
            "BUNNY_TUS_URL": f"{there}/tusupload",
        }
        cloud.start()
        studio.start()
        try:
            the_story(studio)
        finally:
            studio.stop()
            cloud.stop()


def the_story(studio: Suite) -> None:
    open_the_studio(studio)
    with chromium() as browser:
        with visitor(browser) as page:
            sign_in(page, studio)
            upload(page, studio, big_buck_bunny(), "ppv", "500")
            wait_until_online(page, studio, "bigbuckbunny")
            code = mint(page, studio, "ppv", "bigbuckbunny")
        with visitor(browser) as viewer:
            viewer.goto(f"{studio.portal}/films/bigbuckbunny")
            expect(viewer.locator("main")).to_contain_text("500")
            type_code(viewer, studio, code)
            viewer.goto(watch_address(studio, "bigbuckbunny"))
            plays(viewer)
