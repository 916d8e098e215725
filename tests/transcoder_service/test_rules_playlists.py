"""What playlists say, and the bit rates they say."""

from fractions import Fraction

import pytest

from transcoder_service.rules import bitrates, sheets
from transcoder_service.rules.films import language
from transcoder_service.rules.playlists import Master, Piece, Sound, Variant, master, media
from transcoder_service.rules.scores import Look, best, score

SIX = Fraction(6)
PIECES = [Piece("00000.m4s", SIX), Piece("00001.m4s", Fraction(5005, 1000))]
LOW = Variant("144p/video.m3u8", ("avc1.64000b", "mp4a.40.2"), 120_001, 90_000, (256, 144),
              Fraction(25, 2), "audio-32", "144p/iframes.m3u8", 40_000)  # fmt: skip
HIGH = Variant("360p/video.m3u8", ("avc1.64001e", "mp4a.40.2"), 490_000, 400_000, (640, 360),
               Fraction(30000, 1001), "audio-64", "360p/iframes.m3u8", 90_000)  # fmt: skip
SOUND = Sound("audio-32", "audio-32-0/audio.m3u8", 'Le "vrai"\nson', "fr", 1, is_default=True)


def test_a_finished_media_playlist() -> None:
    assert media(PIECES, SIX, ended=True) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:6.000000,\n00000.m4s\n#EXTINF:5.005000,\n00001.m4s\n#EXT-X-ENDLIST\n"
    )


def test_a_growing_one_is_watched_from_its_beginning_and_does_not_end() -> None:
    text = media(PIECES, SIX, ended=False)
    assert "#EXT-X-PLAYLIST-TYPE:EVENT\n" in text
    assert "#EXT-X-START:TIME-OFFSET=0\n" in text
    assert "ENDLIST" not in text


def test_one_of_key_frames_names_bytes() -> None:
    keys = [Piece("00000.m4s", Fraction(2), (8882, 0)), Piece("00000.m4s", Fraction(2), (9, 31233))]
    text = media(keys, SIX, ended=True)
    assert "#EXT-X-I-FRAMES-ONLY\n" in text
    assert "#EXT-X-BYTERANGE:9@31233\n00000.m4s" in text


@pytest.mark.parametrize(
    ("seconds", "target"), [(Fraction(6006, 1000), 6), (Fraction(64, 10), 6), (Fraction(2), 6)]
)
def test_the_target_is_that_of_whole_segments(seconds: Fraction, target: int) -> None:
    text = media([Piece("a", seconds)], SIX, ended=True)
    assert f"#EXT-X-TARGETDURATION:{target}\n" in text


def test_a_master_lists_the_default_first_and_then_by_rate() -> None:
    text = master(Master([HIGH, LOW], [SOUND]), first="360p/video.m3u8")
    paths = [line for line in text.splitlines() if not line.startswith("#")]
    assert paths == ["360p/video.m3u8", "144p/video.m3u8"]


def test_a_master_says_what_apple_asks_for() -> None:
    text = master(Master([LOW], [SOUND]))
    assert (
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-32",NAME="Le \'vrai\' son",LANGUAGE="fr",'
        'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="audio-32-0/audio.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=120001,AVERAGE-BANDWIDTH=90000,CODECS="avc1.64000b,mp4a.40.2",'
        'RESOLUTION=256x144,FRAME-RATE=12.500,AUDIO="audio-32",CLOSED-CAPTIONS=NONE\n'
        "144p/video.m3u8\n"
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=40000,CODECS="avc1.64000b",RESOLUTION=256x144,'
        'URI="144p/iframes.m3u8"\n'
    ) in text
    assert "#EXT-X-INDEPENDENT-SEGMENTS\n" in text


def test_the_peak_is_that_of_the_heaviest_run_of_segments() -> None:
    """A run lasts 0.5 to 1.5 targets (RFC 8216 4.3.4.2): a tiny last one counts with another."""
    segments = [(60_000, SIX), (90_000, SIX), (50_000, Fraction(1))]
    assert bitrates.peak(segments, SIX) == -(-8 * 140_000 // 7)
    assert bitrates.average(segments) == -(-8 * 200_000 // 13)


def test_a_film_shorter_than_half_a_segment_has_its_average_for_a_peak() -> None:
    assert bitrates.peak([(1000, Fraction(1))], SIX) == 8000


@pytest.mark.parametrize(
    ("found", "tag"),
    [
        ("fre", "fr"), ("eng", "en"), ("fr", "fr"), ("pt_BR", "pt-BR"), ("bam", "bm"),
        ("mos", "mos"), ("und", "und"), ("", "und"), ("français", "und"), ('e"n', "und"),
    ],
)  # fmt: skip
def test_languages_become_tags_that_playlists_may_carry(found: str, tag: str) -> None:
    assert language(found) == tag


def test_a_clear_frame_is_preferred_to_black_white_flat_and_blurred_ones() -> None:
    clear = Look(brightness=110, contrast=55, detail=40, colour=90)
    blurred = Look(brightness=110, contrast=50, detail=3, colour=90)
    others = [Look(3, 2, 1, 0), Look(250, 3, 1, 0), Look(120, 2, 1, 0)]
    assert all(score(other) == 0 for other in others)
    assert score(clear) > score(blurred) > 0


def test_the_poster_is_not_from_the_very_ends_unless_there_is_nothing_else() -> None:
    good, poor = Look(110, 55, 40, 90), Look(60, 20, 5, 20)
    looks = [good, *[poor] * 98, good]
    looks[40] = Look(110, 50, 38, 90)
    assert best(looks, 5)[0] == 40
    assert best([good], 5) == (0, [0, 0, 0, 0, 0])


def test_frames_are_found_on_their_sheet() -> None:
    text = sheets.thumbnails(38, Fraction(2), Fraction(755, 10), (300, 168))
    assert "00:00:14.000 --> 00:00:16.000\n_0.jpg#xywh=300,168,300,168" in text
    assert "00:01:14.000 --> 00:01:15.500\n_1.jpg#xywh=300,0,300,168" in text
