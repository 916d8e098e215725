"""What comes in: TUS headers, captions, addresses to fetch from, pages of lists."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest

from kit.addresses import is_public
from kit.contracts.transcoder.wire import VideoAlreadyUploaded, VideoStatus
from transcoder_service.models import Video
from transcoder_service.rules import captions, fetching, listing, states, tus

SRT = (
    b"\xef\xbb\xbf1\r\n00:00:01,5 --> 00:00:02,000\r\nNi\r\n\r\n"
    b"2\r\n1:00:03,000-->01:00:04,25\r\nso\r\n"
)


def test_metadata_is_read():
    header = f"title {b64encode('Sira à Dakar'.encode()).decode()},filetype dmlkZW8vbXA0 , is_hd"
    assert tus.metadata(header) == {
        "title": "Sira à Dakar",
        "filetype": "video/mp4",
        "is_hd": "",
    }
    assert tus.metadata(None) == {}


@pytest.mark.parametrize("header", ["title !!!", "title /w==", "title AAAA"])
def test_malformed_metadata_is_refused(header: str):
    with pytest.raises(tus.BadUploadHeader):
        tus.metadata(header)


@pytest.mark.parametrize("text", [None, "", "-1", "+1", "1.0", "١", "0", "9" * 16])
def test_a_length_is_a_whole_number_above_zero(text: str | None):
    with pytest.raises(tus.BadUploadHeader):
        tus.upload_length(text, 100)


def test_a_file_larger_than_allowed_is_refused_before_it_comes():
    assert tus.upload_length("100", 100) == 100
    with pytest.raises(tus.UploadTooLarge):
        tus.upload_length("101", 100)


@pytest.mark.parametrize("algorithm", tus.CHECKSUMS)
def test_a_checksum_is_kept_or_broken(algorithm: str):
    promised = b64encode(hashlib.new(algorithm, b"ab").digest()).decode()
    checksum = tus.Checksum.promised(f"{algorithm} {promised}")
    assert checksum is not None
    checksum.so_far.update(b"a")
    with pytest.raises(tus.ChecksumDiffers):
        checksum.check()
    checksum.so_far.update(b"b")
    checksum.check()


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha1 !", ""])
def test_a_malformed_checksum_is_refused(header: str):
    with pytest.raises(tus.BadUploadHeader):
        tus.Checksum.promised(header)


def test_moments_are_written_as_http_wants_them():
    paris = timezone(timedelta(hours=2))
    assert (
        tus.http_date(datetime(2026, 11, 21, 8, 0, 5, tzinfo=paris))
        == "Sat, 21 Nov 2026 06:00:05 GMT"
    )


def test_subrip_becomes_webvtt():
    assert captions.as_webvtt(SRT).decode() == (
        "WEBVTT\n\n1\n00:00:01.500 --> 00:00:02.000\nNi\n\n2\n01:00:03.000 --> 01:00:04.250\nso\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_the_usual_encodings(encoding: str):
    text = "1\n00:00:01,000 --> 00:00:02,000\nÀ bientôt, ça va ?\n"
    assert "À bientôt, ça va ?" in captions.as_webvtt(text.encode(encoding)).decode()


def test_webvtt_stays_as_it_is():
    text = b"WEBVTT\n\nNOTE hello\n\n01:02.000 --> 01:03.000 align:start\nA\n"
    assert captions.as_webvtt(text) == text


@pytest.mark.parametrize(
    "content", [b"", b"WEBVTT\n", b"hello", b"\x00\x01", b"WEBVTT\n\n1 --> 2\nA", bytes(range(256))]
)
def test_what_holds_no_cue_is_refused(content: bytes):
    with pytest.raises(captions.BadCaptions):
        captions.as_webvtt(content)


@pytest.mark.parametrize("srclang", ["fr", "pt-BR", "zh-Hans", "fr-auto", "bam"])
def test_a_language_is_a_code(srclang: str):
    assert captions.check_language(srclang) == srclang


@pytest.mark.parametrize("srclang", ["", "f", "fr/..", "../fr", "fr.vtt", "français", "x" * 40])
def test_what_is_no_language_is_refused(srclang: str):
    with pytest.raises(captions.BadCaptions):
        captions.check_language(srclang)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a.jpg",
        "file:///etc/passwd",
        "http://example.com:22/",
        "http://example.com:99999/",
        "http://user:pass@example.com/",
        "https:///a.jpg",
        "example.com/a.jpg",
        "http://[::1",
        "https://example.com/" + "a" * 3000,
    ],
)
def test_only_web_addresses_are_fetched(url: str):
    with pytest.raises(fetching.AddressRefused):
        fetching.target(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "localhost",
    ],
)
def test_no_address_of_an_inner_network_is_public(address: str):
    assert not is_public(address)
    with pytest.raises(fetching.AddressRefused):
        fetching.check_resolved(["93.184.216.34", address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are_public(address: str):
    assert fetching.check_resolved([address]) == address


def test_a_name_without_addresses_is_refused():
    with pytest.raises(fetching.AddressRefused):
        fetching.check_resolved([])


def test_pages_begin_at_one_and_hold_a_thousand_at_most():
    assert listing.asked(0, 0, None, None) == listing.Asked(1, 1, "", "date")
    assert listing.asked(3, 5000, " a\x00 ", "Title") == listing.Asked(3, 1000, "a", "title")
    assert listing.asked(3, 50, "", "").offset == 100


@pytest.mark.parametrize("status", [status for status in VideoStatus if status not in {0, 6}])
def test_a_film_comes_once(status: VideoStatus):
    with pytest.raises(VideoAlreadyUploaded):
        states.check_takes_upload(Video(status=status))


def test_a_webhook_waits_longer_each_time_but_not_for_ever():
    waits = [states.wait_seconds(attempts) for attempts in (1, 2, 5, 50)]
    assert waits == [2, 4, 32, 300]
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    assert not states.is_given_up(begun, begun + timedelta(days=7), 7)
    assert states.is_given_up(begun, begun + timedelta(days=7, seconds=1), 7)
