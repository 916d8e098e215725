"""The main job, by people: a film is uploaded, encoded, published, locked, unlocked and watched."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import expect

from tests.factories.footage import big_buck_bunny
from tests.journeys.running import Suite, chromium, visitor
from tests.journeys.staff import (
    mint,
    open_the_studio,
    plays,
    revoke,
    sign_in,
    type_code,
    upload,
    wait_until_online,
    watch_address,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
FAST = {"GRANT_SECONDS": "20", "CATALOG_GRANT_SECONDS": "20"}


@pytest.fixture(scope="module")
def suite() -> Iterator[Suite]:
    with tempfile.TemporaryDirectory(prefix="kj", ignore_cleanup_errors=True) as folder:
        found = Suite(Path(folder) / "d", **FAST)
        found.start()
        open_the_studio(found)
        yield found
        found.stop()


@pytest.fixture(scope="module")
def long_film() -> Iterator[Path]:
    """Make two minutes that are quick to encode: a still picture, a tone and silence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Nuit blanche.mp4"
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error",
            "-f", "lavfi", "-i", "color=c=0x4c5bd4:s=426x240:r=12:d=120",
            "-f", "lavfi", "-i", "sine=220:d=1,apad=whole_dur=120",
            "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest", str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        yield path


def test_a_film_is_uploaded_encoded_published_and_watched(suite: Suite) -> None:
    film = big_buck_bunny()
    with chromium() as browser, visitor(browser) as page:
        sign_in(page, suite)
        upload(page, suite, film, "public")
        wait_until_online(page, suite, "bigbuckbunny")
        page.goto(f"{suite.dashboard}/jobs")
        expect(page.locator("tbody tr").first).to_contain_text("bigbuckbunny")
        page.goto(suite.portal)
        expect(page.locator("body")).to_contain_text("bigbuckbunny")
        page.goto(watch_address(suite, "bigbuckbunny"))
        plays(page)


def test_codes_open_what_they_open_and_a_revoked_one_stops_the_film(
    suite: Suite, long_film: Path
) -> None:
    other = long_film.with_name("Cour intérieure.mp4")
    other.write_bytes(long_film.read_bytes())
    with chromium() as browser, visitor(browser) as page:
        sign_in(page, suite)
        upload(page, suite, long_film, "ppv", "500")
        upload(page, suite, other, "vip")
        wait_until_online(page, suite, "Nuit blanche")
        wait_until_online(page, suite, "Cour intérieure")
        vip, ppv = mint(page, suite, "vip"), mint(page, suite, "ppv", "Nuit blanche")

        with visitor(browser) as viewer:
            viewer.goto(f"{suite.portal}/films/nuit-blanche")
            expect(viewer.locator("main")).to_contain_text("500")
            type_code(viewer, suite, ppv.lower().replace("-", " "))
            refused = viewer.request.get(watch_address(suite, "cour-interieure"), max_redirects=0)
            assert refused.status != 200
            viewer.goto(watch_address(suite, "nuit-blanche"))
            plays(viewer)
            revoke(page, suite, ppv)
            expect(viewer.locator("[data-panel=locked]")).to_be_visible(timeout=60_000)
            assert viewer.evaluate("document.querySelector('video').paused")

        with visitor(browser, 360) as viewer:
            type_code(viewer, suite, vip)
            viewer.goto(watch_address(suite, "cour-interieure"))
            plays(viewer)


def test_nothing_is_lost_or_doubled_by_a_kill_in_the_middle(suite: Suite, long_film: Path) -> None:
    third = long_film.with_name("Après la pluie.mp4")
    third.write_bytes(long_film.read_bytes())
    with chromium() as browser, visitor(browser) as page:
        sign_in(page, suite)
        upload(page, suite, third, "public")
        suite.stop(signal.SIGKILL)
        suite.start()
        wait_until_online(page, suite, "Après la pluie")
        page.goto(f"{suite.dashboard}/films?q=Apr%C3%A8s+la+pluie&status=all")
        assert page.locator("tbody tr", has_text="Après la pluie").count() == 1
        page.goto(f"{suite.dashboard}/jobs")
        assert page.locator("tbody tr", has_text="Après la pluie").count() == 1
        page.goto(watch_address(suite, "apres-la-pluie"))
        plays(page)
