"""Ranges, signed addresses, caching, and captions in playlists."""

import pytest

from transcoder_service.models import Caption
from transcoder_service.rules import addresses, paths, ranges, subtitles

GUID = "657bb740-a71b-4529-a012-528021c31a92"
G = "g" + "0" * 32
MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="fr",URI="audio/audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=480000,RESOLUTION=640x360,AUDIO="audio",CLOSED-CAPTIONS=NONE
360p/video.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=38292,URI="360p/iframes.m3u8"
"""


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=900-", (900, 1000)),
        ("bytes=900-5000", (900, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("Bytes = 5-6", (5, 7)),
    ],
)
def test_a_range_names_a_part(header: str, found: tuple[int, int]):
    part = ranges.part(header, 1000)
    assert part is not None
    assert (part.start, part.end) == found
    assert part.header == f"bytes {found[0]}-{found[1] - 1}/1000"


@pytest.mark.parametrize(
    "header", ["", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes 1-2"]
)
def test_what_is_no_single_range_means_the_whole_file(header: str):
    assert ranges.part(header, 1000) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0)]
)
def test_a_part_that_is_not_there_cannot_be_had(header: str, size: int):
    with pytest.raises(ranges.RangeNotSatisfiable):
        ranges.part(header, size)


@pytest.mark.parametrize(
    ("header", "same"),
    [('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False), ("a", False)],
)
def test_if_none_match_names_tags(header: str, same: bool):
    assert ranges.matches(header, '"a"') is same


@pytest.mark.parametrize("expires", ["1893456000"])
@pytest.mark.parametrize(
    "token_path", [f"%2F{GUID}%2F", f"/{GUID}/"], ids=["as it was made", "decoded by a proxy"]
)
def test_a_directory_token_is_read_from_the_path(token_path: str, expires: str):
    raw = f"/bcdn_token=HS256-x&limit=9&token_path={token_path}&expires={expires}/{GUID}/a/b.m3u8"
    found = addresses.directory_signed(raw)
    assert found == addresses.Signed(
        f"/{GUID}/a/b.m3u8",
        "HS256-x",
        1893456000,
        {"limit": "9", "token_path": f"/{GUID}/"},
    )


@pytest.mark.parametrize(
    "raw",
    [
        f"/bcdn_token=HS256-x/{GUID}/a",
        f"/bcdn_token=HS256-x&expires=/{GUID}/a",
        f"/bcdn_token=HS256-x&expires=soon/{GUID}/a",
        f"/bcdn_token=&expires=1/{GUID}/a",
        f"/bcdn_token=HS256-x&limit=1&limit=2&expires=1/{GUID}/a",
        "/bcdn_token=HS256-x&expires=1",
    ],
)
def test_a_malformed_directory_token_is_none(raw: str):
    assert addresses.directory_signed(raw) is None


@pytest.mark.parametrize(
    "query",
    [
        [],
        [("token", "x")],
        [("expires", "1")],
        [("token", "x"), ("expires", "-1")],
        [("token", "x"), ("expires", "9" * 30)],
        [("token", "x"), ("expires", "1"), ("limit", "1"), ("limit", "2")],
    ],
)
def test_a_malformed_query_token_is_none(query: list[tuple[str, str]]):
    assert addresses.query_signed("/a", query) is None


@pytest.mark.parametrize(
    ("limit", "speed"), [("1000", 1_000_000), ("0", None), ("", None), ("-5", None), ("fast", None)]
)
def test_a_limit_is_in_thousands_of_bytes(limit: str, speed: int | None):
    signed = addresses.query_signed("/a", [("token", "t"), ("expires", "1"), ("limit", limit)])
    assert addresses.bytes_per_second(signed) == speed


def test_who_names_no_limit_has_none():
    assert addresses.bytes_per_second(None) is None


@pytest.mark.parametrize(
    ("lists", "let_in"),
    [
        ({}, True),
        ({"token_countries": "NG,GH"}, False),
        ({"token_countries": "ng, sn"}, True),
        ({"token_countries_blocked": "SN"}, False),
        ({"token_countries_blocked": "NG"}, True),
    ],
)
def test_countries_are_let_in_or_not(lists: dict[str, str], let_in: bool):
    assert addresses.is_country_let_in(lists, "sn") is let_in


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "..",
        "../other/original",
        "a/../b",
        "a//b",
        ".hidden",
        "a/.b",
        "a\\b",
        "a\x00b",
        "a b",
        "é",
        "a/",
    ],
)
def test_no_address_leads_out_of_a_video(name: str):
    assert paths.stored_path(1, GUID, G, name) is None


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("playlist.m3u8", f"1/{GUID}/{G}/playlist.m3u8"),
        ("360p/00001.m4s", f"1/{GUID}/{G}/360p/00001.m4s"),
        (f"g{'1' * 32}/360p/00001.m4s", f"1/{GUID}/g{'1' * 32}/360p/00001.m4s"),
        ("captions/pt-BR.vtt", f"1/{GUID}/added/captions/pt-BR.vtt"),
        ("thumbnail_0a1b2c3d.jpg", f"1/{GUID}/added/thumbnail_0a1b2c3d.jpg"),
        ("thumbnail_1.jpg", f"1/{GUID}/{G}/thumbnail_1.jpg"),
        ("original/1", f"1/{GUID}/{G}/original/1"),
    ],
)
def test_an_address_names_a_file_of_the_store(name: str, stored: str):
    assert paths.stored_path(1, GUID, G, name) == stored


def test_the_film_as_it_came_has_no_address():
    upload = "01a1fcc7-5f4d-7031-8688-162e9634056e"
    kept = paths.original_path(1, GUID, upload)
    names = (f"original/{upload}", "original", f"{G}/../original/{upload}")
    assert kept not in {paths.stored_path(1, GUID, G, name) for name in names}
    assert paths.stored_path(1, GUID, "", f"original/{upload}") is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("playlist.m3u8", addresses.BRIEF),
        (f"{G}/360p/video.m3u8", addresses.BRIEF),
        (f"{G}/360p/00001.m4s", addresses.IMMUTABLE),
        ("360p/00001.m4s", addresses.USUAL),
        ("thumbnail.jpg", addresses.USUAL),
    ],
)
def test_only_what_can_never_change_is_kept_for_ever(name: str, kept: str):
    is_of_generation = paths.is_of_generation(name)
    assert addresses.cache_control(name, is_of_generation=is_of_generation) == kept


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.m4s", "video/iso.segment"),
        ("a.mp4", "video/mp4"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.JPG", "image/jpeg"),
        ("a.html", "application/octet-stream"),
    ],
)
def test_media_types_are_those_of_hls(name: str, kind: str):
    assert addresses.media_type(name) == kind


def test_renditions_are_addressed_by_generation():
    text = subtitles.master(MASTER, (), G)
    assert f'URI="{G}/audio/audio.m3u8"' in text
    assert f"\n{G}/360p/video.m3u8\n" in text
    assert f'URI="{G}/360p/iframes.m3u8"' in text
    assert "SUBTITLES" not in text


def test_captions_stand_in_the_master_playlist():
    captions = [Caption(srclang="fr", label='Français "SDH"\n'), Caption(srclang="en", label="")]
    lines = subtitles.master(MASTER, captions, G).splitlines()
    french, english = (line for line in lines if "TYPE=SUBTITLES" in line)
    assert "NAME=\"Français 'SDH' \"" in french
    assert 'NAME="en",LANGUAGE="en"' in english
    assert 'URI="captions/en.m3u8"' in english
    (variant,) = (line for line in lines if line.startswith("#EXT-X-STREAM-INF"))
    assert variant.endswith('CLOSED-CAPTIONS=NONE,SUBTITLES="captions"')
    assert lines.index(english) < lines.index(variant)


def test_absolute_addresses_stay_as_they_are():
    text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://elsewhere/a.m3u8\n"
    assert subtitles.master(text, (), G) == text


def test_a_captions_playlist_covers_the_film():
    lines = subtitles.playlist("fr", 5400).splitlines()
    assert "#EXT-X-TARGETDURATION:5400" in lines
    assert lines[-3:] == ["#EXTINF:5400.000,", "fr.vtt", "#EXT-X-ENDLIST"]


def test_the_clock_of_captions_is_tied_to_the_film_once():
    tied = subtitles.with_timestamps(b"WEBVTT - Sira\n\n00:01.000 --> 00:02.000\nA\n")
    assert tied.startswith(b"WEBVTT - Sira\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n")
    assert subtitles.with_timestamps(tied) == tied
