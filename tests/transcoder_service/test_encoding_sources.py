"""Films of every shape: what comes in, and what ladder comes out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.footage import a_film, ffmpeg
from tests.transcoder_service.alone import encoded
from transcoder_service.rules.ladder import AUDIO_RATE

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")


def turned(folder: Path) -> Path:
    a_film(folder / "upright.mp4", size="640x360", seconds=2)
    options = ("-display_rotation", "90", "-i", str(folder / "upright.mp4"), "-c", "copy")
    ffmpeg(*options, str(folder / "turned.mp4"))
    return folder / "turned.mp4"


def interlaced(folder: Path) -> Path:
    fields = (*X264, "-flags", "+ildct+ilme")
    return a_film(
        folder / "film.mp4", size="720x576", rate="50", seconds=2, filters="interlace", video=fields
    )


# The file to make; the largest rendition's size; its frames a second; frames in all.
SHAPES: dict[str, tuple[Callable[[Path], Path], tuple[int, int], float, int]] = {
    "portrait": (lambda d: a_film(d / "f.mp4", size="360x640", seconds=2), (360, 640), 25, 50),
    "odd sides": (
        lambda d: a_film(
            d / "f.mkv", size="431x241", seconds=2, video=("-c:v", "ffv1", "-pix_fmt", "yuv444p")
        ),
        (426, 238),
        25,
        50,
    ),
    "turned by the phone": (turned, (360, 640), 25, 50),
    "wide pixels": (
        lambda d: a_film(d / "f.mp4", size="720x576", seconds=1, filters="setsar=64/45"),
        (854, 480),
        25,
        25,
    ),
    "smaller than any rung": (
        lambda d: a_film(d / "f.mp4", size="96x64", seconds=2),
        (96, 64),
        12.5,
        25,
    ),
    "60 frames a second": (
        lambda d: a_film(d / "f.mp4", size="640x360", rate="60", seconds=2),
        (640, 360),
        30,
        60,
    ),
    "23.976 frames a second": (
        lambda d: a_film(d / "f.mkv", size="320x180", rate="24000/1001", seconds=2),
        (256, 144),
        11.988,
        24,
    ),
    "interlaced": (interlaced, (600, 480), 25, 50),
    "one second": (lambda d: a_film(d / "f.mp4", seconds=1), (320, 240), 25, 25),
    "an instant": (lambda d: a_film(d / "f.mp4", seconds=0.2), (320, 240), 25, 5),
    "HEVC": (lambda d: a_film(d / "f.mp4", seconds=1, video=X265), (320, 240), 25, 25),
    "ProRes": (
        lambda d: a_film(d / "f.mov", seconds=1, video=("-c:v", "prores_ks")),
        (320, 240),
        25,
        25,
    ),
    "Windows Media": (
        lambda d: a_film(
            d / "f.wmv", seconds=2, video=("-c:v", "wmv2", "-b:v", "1M"), more=("-c:a", "wmav2")
        ),
        (320, 240),
        25,
        50,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_each_shape_keeps_its_proportions_and_loses_no_frame(
    shape: str, tmp_path: Path
) -> None:
    make, size, rate, frames = SHAPES[shape]
    ladder = await encoded(make(tmp_path), tmp_path)
    largest = ladder.plan.rungs[-1]
    assert (largest.width, largest.height) == size
    assert float(ladder.plan.grid.rate / largest.step) == pytest.approx(rate, abs=0.001)
    shown = ladder.frames(largest.name)
    assert abs(len(shown) - frames) <= 1
    assert {(frame.width, frame.height) for frame in shown} == {size}


async def test_a_film_without_sound_has_a_ladder_without_sound(tmp_path: Path) -> None:
    ladder = await encoded(a_film(tmp_path / "f.mp4", sounds=0, seconds=2), tmp_path)
    master = ladder.text("playlist.m3u8")
    assert "TYPE=AUDIO" not in master
    assert "mp4a" not in master


async def test_every_language_is_heard_and_the_films_own_default_comes_first(
    tmp_path: Path,
) -> None:
    spoken = ("-metadata:s:a:0", "language=fre", "-metadata:s:a:1", "language=eng")
    chosen = ("-disposition:a:0", "0", "-disposition:a:1", "default")
    film = a_film(tmp_path / "f.mkv", sounds=2, seconds=2, more=(*spoken, *chosen))
    master = (await encoded(film, tmp_path)).text("playlist.m3u8")
    sounds = [line for line in master.splitlines() if "TYPE=AUDIO" in line]
    assert len(sounds) == 6
    assert all('LANGUAGE="fr"' in line for line in sounds if "DEFAULT=NO" in line)
    assert all('LANGUAGE="en"' in line for line in sounds if "DEFAULT=YES" in line)


async def test_surround_sound_becomes_stereo_and_mono(tmp_path: Path) -> None:
    film = a_film(tmp_path / "f.mp4", seconds=2, more=("-ac", "6"))
    ladder = await encoded(film, tmp_path)
    master = ladder.text("playlist.m3u8")
    assert 'GROUP-ID="audio-64"' in master
    assert 'CHANNELS="6"' not in master


@pytest.mark.parametrize(("heard", "shown"), [(8, 4), (1, 4)])
async def test_the_sound_lasts_exactly_as_long_as_the_picture(
    heard: int, shown: int, tmp_path: Path
) -> None:
    film = tmp_path / "f.mkv"
    tone, picture = f"sine=d={heard}:f=300", f"testsrc2=s=320x240:d={shown}"
    inputs = ("-f", "lavfi", "-i", tone, "-f", "lavfi", "-i", picture)
    ffmpeg(*inputs, "-map", "1:v", "-map", "0:a", *X264, "-c:a", "aac", str(film))
    ladder = await encoded(film, tmp_path)
    frames = sum(segment.frames for segment in ladder.shop.made["sound-0"].renditions[0].segments)
    assert frames * 1024 / AUDIO_RATE == pytest.approx(shown, abs=0.03)


async def test_a_variable_frame_rate_becomes_a_constant_one_without_drifting(
    tmp_path: Path,
) -> None:
    """Frames 50 to 149 are one still picture, as in a recording of a screen."""
    kept = "select='not(between(n,50,149))'"
    film = a_film(tmp_path / "f.mkv", seconds=8, filters=kept, more=("-fps_mode", "vfr"))
    ladder = await encoded(film, tmp_path)
    frames = ladder.frames("240p")
    assert abs(len(frames) - 200) <= 1
    assert ladder.key_times("144p") == ladder.key_times("240p") == [0.0, 2.0, 4.0, 6.0]


async def test_high_dynamic_range_is_brought_into_the_range_of_ordinary_screens(
    tmp_path: Path,
) -> None:
    tags = "color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    said = ":colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    deep = (*X265[:-1], X265[-1] + said, "-pix_fmt", "yuv420p10le")
    film = a_film(tmp_path / "f.mkv", seconds=1, filters=f"setparams={tags}", video=deep)
    ladder = await encoded(film, tmp_path)
    assert ladder.plan.source.picture is not None
    assert ladder.plan.source.picture.is_hdr
    frame = ladder.frames("240p")[0]
    assert frame.format.name == "yuv420p"
    assert (frame.color_trc, frame.color_primaries, frame.colorspace) == (1, 1, 1)  # BT.709


async def test_a_container_without_an_index_is_put_into_one(tmp_path: Path) -> None:
    """Seeking in a transport stream lands anywhere: parts would miss frames."""
    film = a_film(tmp_path / "f.ts", rate="30000/1001", seconds=14)
    ladder = await encoded(film, tmp_path, "144p")
    assert len(ladder.plan.parts) == 2
    assert abs(len(ladder.frames("144p")) - 210) <= 1
