"""Files that are no films, or worse: refused in words, and nothing of the machine leaks."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.factories import hostile
from transcoder_service.providers.ffmpeg import (
    FfmpegFailed,
    Limits,
    encode,
    guarded_input,
    program,
)
from transcoder_service.providers.probe import probe
from transcoder_service.rules.sources import Caps, EncodingFailed, check_source

SECRET = b"the-password-of-the-database-is-swordfish"
# These are refused for what they hold; ffmpeg itself might read them harmlessly.
HARMLESS = {
    hostile.sound_alone,
    hostile.sound_with_a_cover,
    hostile.too_many_streams,
    hostile.an_endless_film,
    hostile.an_enormous_picture,
    hostile.a_film_whose_data_is_elsewhere,
}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_bytes(SECRET * 10)
    return path


@pytest.mark.parametrize("made", hostile.EVERY, ids=lambda made: made.__name__)
async def test_what_is_no_film_is_refused_in_words(made: hostile.Made, secret: Path) -> None:
    file = made(secret.parent, secret)
    with pytest.raises(EncodingFailed) as refusal:
        check_source(await probe(file), Caps())
    words = refusal.value.detail
    assert words.endswith((".", ")."))
    assert str(secret.parent) not in words
    assert SECRET.decode() not in words


@pytest.mark.parametrize("made", hostile.EVERY, ids=lambda made: made.__name__)
async def test_even_without_the_probe_ffmpeg_leaks_nothing(
    made: hostile.Made, secret: Path
) -> None:
    file = made(secret.parent, secret)
    output = secret.parent / "output.mkv"
    arguments = [*guarded_input(file), "-map", "0", "-c", "copy", "-t", "1", str(output)]
    with ExitStack() as refused:
        if made not in HARMLESS:
            refused.enter_context(pytest.raises(FfmpegFailed))
        await encode(program(), arguments, Limits(seconds=20))
    assert not output.exists() or SECRET not in output.read_bytes()
