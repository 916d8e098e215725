"""Parts: they join without a seam, and what is published of them never takes anything back."""

import io
from itertools import pairwise
from pathlib import Path

import av
import pytest
from typing_extensions import override

from tests.factories.footage import a_film
from tests.transcoder_service.alone import Ladder, Listener, Listening, a_workshop, encoded
from transcoder_service.actions.encoding.ladder import Work
from transcoder_service.actions.encoding.verify import verify

SECONDS = 40  # three parts
STEP = 3  # of the counter's brightness from frame to frame


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a film whose frames tell their number by their brightness.

    Its key frames lie on the borders of segments, and its frames are stored out of order.
    """
    folder = tmp_path_factory.mktemp("films")
    counter = f"geq=lum='16+mod(N*{STEP},210)':cb=128:cr=128"
    lossless = ("-c:v", "libx264", "-qp", "0", "-g", "150", "-bf", "3", "-pix_fmt", "yuv420p")
    return a_film(
        folder / "counting.mp4", size="96x64", seconds=SECONDS, filters=counter, video=lossless
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ladder")


def a_slow_film(folder: Path, *, rate: str = "12", seconds: int) -> Path:
    """Make a film of 480 lines whose picture changes once a second: quick to encode."""
    slow = f"fps=1,fps={rate}"
    return a_film(folder / "f.mp4", size="854x480", rate=rate, seconds=seconds, filters=slow)


def brightness(frame: av.VideoFrame) -> float:
    plane = frame.to_ndarray()[: frame.height]
    return float(plane.mean())


async def test_no_frame_is_lost_or_doubled_where_parts_join(counting: Path, tmp_path: Path) -> None:
    ladder = await encoded(counting, tmp_path)
    assert len(ladder.plan.parts) == 3
    frames = ladder.frames("144p")
    assert len(frames) == SECONDS * 25 // 2
    for number, frame in enumerate(frames):
        shown = 16 + number * 2 * STEP % 210
        assert brightness(frame) == pytest.approx(shown, abs=STEP), f"frame {number}"


async def test_decode_times_go_on_from_part_to_part(counting: Path, tmp_path: Path) -> None:
    ladder = await encoded(counting, tmp_path)
    with av.open(io.BytesIO(ladder.bytes_of("144p")), "r") as film:
        stream = film.streams.video[0]
        times = [packet.dts for packet in film.demux(stream) if packet.dts is not None]
    gaps = {later - earlier for earlier, later in pairwise(times)}
    assert len(gaps) == 1


async def test_all_renditions_are_cut_at_the_same_key_frames(tmp_path: Path) -> None:
    film = a_film(tmp_path / "f.mp4", size="854x480", rate="60000/1001", seconds=15)
    ladder = await encoded(film, tmp_path)
    assert ladder.names == ["144p", "240p-low", "240p", "360p", "480p"]
    expected = [round(number * 120 * 1001 / 60000, 4) for number in range(8)]
    for name in ladder.names:
        times = ladder.key_times(name)
        assert times == pytest.approx(expected, abs=0.001), name
    lists = [ladder.text(f"{name}/video.m3u8") for name in ladder.names]
    assert len({tuple(x for x in text.splitlines() if "EXTINF" in x) for text in lists[1:]}) == 1


async def test_playlists_only_grow_and_never_name_what_is_not_there(
    counting: Path, tmp_path: Path
) -> None:
    shop = await a_workshop(counting, tmp_path)
    folder = tmp_path / "media" / shop.prefix
    seen: dict[Path, list[str]] = {}

    def look(_: int) -> None:
        for playlist in folder.rglob("*.m3u8"):
            lines = playlist.read_text().splitlines()
            named = [line for line in lines if line and not line.startswith("#")]
            for name in named:
                assert (playlist.parent / name).exists(), f"{playlist} names {name}"
            before = seen.get(playlist, [])
            assert playlist.name == "playlist.m3u8" or named[: len(before)] == before
            seen[playlist] = named

    listening = Listening(at=look)
    await shop.take_up()
    await Work(shop, Listener(listening), early=True).do()
    assert listening.playable == 1
    assert listening.percents == sorted(listening.percents)
    assert any(len(named) > 1 for named in seen.values())


async def test_a_film_can_be_watched_from_its_beginning_before_the_ladder_is_complete(
    tmp_path: Path,
) -> None:
    film = a_slow_film(tmp_path, seconds=30)
    shop = await a_workshop(film, tmp_path)
    ladder = Ladder(shop, tmp_path / "media" / shop.prefix)
    found: list[str] = []

    class Early(Listener):
        @override
        async def playable(self) -> None:
            found.append(ladder.text("playlist.m3u8"))
            found.append(ladder.text("360p/video.m3u8"))

    await shop.take_up()
    await Work(shop, Early(Listening()), early=True).do()
    master, media = found
    assert "360p/video.m3u8" in master
    assert "480p" not in master
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in media
    assert "#EXT-X-START:TIME-OFFSET=0" in media
    assert "#EXT-X-ENDLIST" not in media


async def test_a_re_encoding_publishes_nothing_before_it_is_complete(tmp_path: Path) -> None:
    """It makes all renditions of a part at once; they fit together all the same."""
    film = a_slow_film(tmp_path, seconds=20)
    shop = await a_workshop(film, tmp_path)
    listening = Listening()
    await shop.take_up()
    await Work(shop, Listener(listening), early=False).do()
    assert listening.playable == 0
    assert not list((tmp_path / "media").rglob("*.m3u8"))
    await verify(shop)
    ladder = Ladder(shop, tmp_path / "media" / shop.prefix)
    assert ladder.key_times("144p") == ladder.key_times("480p")


async def test_the_small_renditions_go_ahead_only_as_far_as_viewers_need_it(
    tmp_path: Path,
) -> None:
    """Whatever the machine's pace, both ways of making a part end in the same ladder."""
    film = a_slow_film(tmp_path, rate="10", seconds=50)
    shop = await a_workshop(film, tmp_path)
    await shop.take_up()
    work = Work(shop, Listener(Listening()), early=True)
    work.lead = 12.0  # as a fast machine would set it
    await work.do()
    await verify(shop)
    ladder = Ladder(shop, tmp_path / "media" / shop.prefix)
    assert len(shop.plan.parts) > 2
    assert ladder.key_times("240p") == ladder.key_times("480p")
    assert len(ladder.frames("480p")) == 50 * 10


async def test_an_interrupted_run_goes_on_with_what_it_has(counting: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    shop = await a_workshop(counting, tmp_path)

    def stop_in_the_middle(_: int) -> None:
        if sum(part.is_whole for part in shop.made.values()) >= 2:
            raise Stopped

    await shop.take_up()
    with pytest.raises(Stopped):
        await Work(shop, Listener(Listening(at=stop_in_the_middle)), early=True).do()
    folder = tmp_path / "media" / shop.prefix
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob(".work/pass*.json")}
    assert kept

    again = await a_workshop(counting, tmp_path)
    await again.take_up()
    assert again.is_resumed
    await Work(again, Listener(Listening()), early=True).do()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


async def test_another_film_under_the_same_name_starts_afresh(
    counting: Path, tmp_path: Path
) -> None:
    first = await a_workshop(counting, tmp_path)
    await first.take_up()
    await Work(first, Listener(Listening()), early=True).do()
    other = await a_workshop(a_film(tmp_path / "other.mp4", seconds=2), tmp_path)
    await other.take_up()
    assert not other.is_resumed
    assert other.made == {}
