"""Reading and making the boxes of MP4: whole ones, half ones, and wrong ones."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.footage import a_film, content_of, ffmpeg
from transcoder_service.rules import aac, fragments
from transcoder_service.rules.boxes import EncodingBroken, box, boxes, find

FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer"


@pytest.fixture(scope="module")
def fragmented(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    groups = ("-c:v", "libx264", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0")
    more = ("-movflags", FRAGMENTED, "-video_track_timescale", "10000")
    return content_of(a_film(path, seconds=5, sounds=0, video=groups, more=more))


def test_each_group_of_pictures_is_a_fragment_that_begins_with_a_key_frame(
    fragmented: bytes,
) -> None:
    found = list(fragments.fragments(fragmented))
    assert [one.samples for one in found] == [50, 50, 25]
    assert [one.ticks for one in found] == [20_000, 20_000, 10_000]
    assert all(one.start < one.key_end <= one.end for one in found)


def test_the_header_tells_codec_size_and_clock(fragmented: bytes) -> None:
    header = fragments.header(fragmented)
    assert fragments.codec(header).startswith("avc1.64")
    assert fragments.size(header) == (320, 240)
    assert fragments.timescale(header) == 10_000


def test_a_moved_fragment_is_shown_at_its_new_time(fragmented: bytes) -> None:
    found = list(fragments.fragments(fragmented))
    later = fragments.moved(fragmented, found[1], 7, 3_000_000)
    with av.open(io.BytesIO(fragments.header(fragmented) + later), "r") as film:
        frame = next(film.decode(film.streams.video[0]))
    assert frame.time == pytest.approx(300, abs=0.2)


def test_a_key_frame_alone_can_be_decoded(fragmented: bytes) -> None:
    one = list(fragments.fragments(fragmented))[2]
    raw = fragments.header(fragmented) + fragmented[one.start : one.key_end]
    with av.open(io.BytesIO(raw), "r") as film:
        assert next(film.decode(film.streams.video[0])).width == 320


def test_a_fragment_that_is_not_whole_yet_is_not_there_yet(fragmented: bytes) -> None:
    ends = [one.end for one in fragments.fragments(fragmented)]
    assert len(list(fragments.fragments(fragmented[: ends[1] - 1]))) == 1


def test_a_segment_that_begins_without_a_key_frame_is_found_out(fragmented: bytes) -> None:
    one = list(fragments.fragments(fragmented))[1]
    spoilt = bytearray(fragmented)
    trun = find(spoilt, "traf/trun", one.start + 8, one.end)
    struct.pack_into(">I", spoilt, trun.body + 12, 0x01010000)  # "not a sync sample"
    with pytest.raises(EncodingBroken):
        list(fragments.fragments(spoilt))


@given(st.binary(max_size=200))
def test_boxes_never_reach_beyond_what_is_there(raw: bytes) -> None:
    for found in boxes(raw):
        assert 0 <= found.start < found.body <= found.end <= len(raw)


def test_a_missing_box_is_named() -> None:
    with pytest.raises(EncodingBroken, match="trak/tkhd"):
        find(box(b"moov", box(b"mvhd", bytes(4))), "moov/trak/tkhd")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("sounds") / "sound.aac"
    tone = ("-f", "lavfi", "-i", "sine=d=3:r=48000", "-c:a", "aac", "-ac", "2")
    ffmpeg(*tone, "-f", "adts", str(path))
    return content_of(path)


def test_sound_in_boxes_of_our_own_can_be_decoded(sound: bytes) -> None:
    samples = [sound[start:end] for start, end in aac.frames(sound)][aac.PRIMING :]
    raw = aac.init(48_000, 2) + aac.segment(1, 0, samples[:70]) + aac.segment(2, 70, samples[70:])
    with av.open(io.BytesIO(raw), "r") as film:
        track = film.streams.audio[0]
        assert (track.sample_rate, track.channels) == (48_000, 2)
        frames = list(film.decode(track))
    assert sum(frame.samples for frame in frames) == len(samples) * aac.SAMPLES
    times = [frame.pts for frame in frames]
    assert times == list(range(0, len(samples) * aac.SAMPLES, aac.SAMPLES))


def test_half_a_frame_of_sound_waits_for_its_other_half(sound: bytes) -> None:
    whole = list(aac.frames(sound))
    assert list(aac.frames(sound[: whole[5][1] - 1])) == whole[:5]


def test_what_is_not_sound_is_found_out() -> None:
    with pytest.raises(EncodingBroken):
        list(aac.frames(b"this is no AAC at all"))


def test_sound_is_cut_within_half_a_frame_of_the_picture() -> None:
    for number in range(1, 2000):
        moment = Fraction(180, 30) * Fraction(1001, 1000) * number
        cut = Fraction(aac.border(moment, 48_000) * aac.SAMPLES, 48_000)
        assert abs(cut - moment) <= Fraction(aac.SAMPLES, 48_000) / 2
