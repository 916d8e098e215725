"""A film being encoded: the plan, what is made of it so far, and the playlists that follow."""

from fractions import Fraction
from functools import cached_property

from kit.schema import Schema
from transcoder_service.rules import aac, bitrates, ladder, playlists
from transcoder_service.rules.boxes import EncodingBroken
from transcoder_service.rules.frames import Grid, Part, grid_at, parts_of
from transcoder_service.rules.sources import MAX_AUDIO_TRACKS, Picture, Source

FORMAT = 1  # of what an interrupted run leaves behind; another number starts afresh


class Segment(Schema):
    size: int
    frames: int  # of the grid for pictures, of AAC for sound
    keys: tuple[tuple[int, int], ...] = ()  # bytes and offset of each key frame, headers included


class Rendition(Schema):
    name: str
    codec: str
    header: str  # SHA-256 of the initialisation segment: the same in every part
    segments: tuple[Segment, ...] = ()
    width: int = 0
    height: int = 0


class PartMade(Schema):
    """What one unit of work made: some renditions of a part, or of a sound track."""

    unit: str
    renditions: tuple[Rendition, ...]
    is_whole: bool = True


class Plan(Schema):
    source: Source
    rate: tuple[int, int]
    gop: int
    frames: int
    cores: int
    enabled: tuple[str, ...] = ()
    format: int = FORMAT

    @cached_property
    def grid(self) -> Grid:
        return Grid(Fraction(*self.rate), self.gop)

    @cached_property
    def seconds(self) -> Fraction:
        return self.grid.seconds(self.frames)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return parts_of(self.frames, self.grid, self.cores, self.picture.keys)

    @property
    def picture(self) -> Picture:
        assert self.source.picture is not None  # noqa: S101  (checked before planning)
        return self.source.picture

    @cached_property
    def rungs(self) -> tuple[ladder.Rung, ...]:
        return ladder.ladder(self.picture.size, self.grid, frozenset(self.enabled))

    @cached_property
    def passes(self) -> tuple[tuple[ladder.Rung, ...], ...]:
        return ladder.passes(self.rungs)

    @property
    def tracks(self) -> int:
        return min(len(self.source.audio), MAX_AUDIO_TRACKS)


def plan(source: Source, enabled: str | None, cores: int) -> Plan:
    """Plan the encoding of a source that was checked."""
    assert source.picture is not None  # noqa: S101
    shape = grid_at(Fraction(*source.picture.rate))
    return Plan(
        source=source,
        rate=(shape.rate.numerator, shape.rate.denominator),
        gop=shape.gop,
        frames=shape.frames(source.duration),
        cores=cores,
        enabled=tuple(part.strip() for part in (enabled or "").split(",") if part.strip()),
    )


def joined(made: list[PartMade], name: str) -> Rendition | None:
    """Join a rendition's parts, in order, into one; all must have the same header."""
    found = [one for part in made for one in part.renditions if one.name == name]
    if not found:
        return None
    if len({(one.header, one.codec) for one in found}) > 1:
        raise EncodingBroken(f"The parts of {name} were not encoded alike.")
    every = tuple(segment for one in found for segment in one.segments)
    return found[0].model_copy(update={"segments": every})


def picture_pieces(rendition: Rendition, shape: Grid) -> list[playlists.Piece]:
    return [
        playlists.Piece(segment_name(number), shape.seconds(segment.frames))
        for number, segment in enumerate(rendition.segments)
    ]


def key_pieces(rendition: Rendition, shape: Grid) -> list[playlists.Piece]:
    """Return the pieces of an I-frame playlist: each lasts until the next key frame."""
    made = []
    for number, segment in enumerate(rendition.segments):
        left = segment.frames
        for key in segment.keys:
            lasts = min(left, shape.gop)
            made.append(playlists.Piece(segment_name(number), shape.seconds(lasts), key))
            left -= lasts
    return made


def sound_pieces(rendition: Rendition) -> list[playlists.Piece]:
    return [
        playlists.Piece(
            segment_name(number), Fraction(segment.frames * aac.SAMPLES, ladder.AUDIO_RATE)
        )
        for number, segment in enumerate(rendition.segments)
    ]


def segment_name(number: int) -> str:
    return f"{number:05d}.m4s"


def sound_folder(audio: str, track: int) -> str:
    return f"{audio}-{track}"


def _rates(sizes: list[int], pieces: list[playlists.Piece], target: Fraction) -> tuple[int, int]:
    """Return peak and average."""
    measured = [(size, piece.seconds) for size, piece in zip(sizes, pieces, strict=True)]
    return bitrates.peak(measured, target), bitrates.average(measured)


def master(
    plan: Plan,
    pictures: list[Rendition],
    sounds: list[list[Rendition]],
) -> str:
    """Return the master playlist of these renditions, with the bit rates they really have.

    `sounds` holds the renditions of each track; the dearest track counts in a variant's rate.
    """
    target = plan.grid.segment_seconds
    groups: dict[str, tuple[int, int]] = {}
    for rendition in (one for track in sounds for one in track):
        rates = _rates([s.size for s in rendition.segments], sound_pieces(rendition), target)
        group = rendition.name.rpartition("-")[0]
        groups[group] = max(groups.get(group, (0, 0)), rates)
    variants = [_variant(plan, one, groups) for one in pictures]
    if groups:
        lowest = next(iter(groups))
        folder = sound_folder(lowest, 0)
        rates = groups[lowest]
        variants.append(
            playlists.Variant(f"{folder}/audio.m3u8", (aac.CODEC,), *rates, audio=lowest)
        )
    content = playlists.Master(variants, _sounds(plan, groups))
    names = [one.name for one in pictures]
    first = ladder.DEFAULT if ladder.DEFAULT in names else names[-1]
    return playlists.master(content, first=f"{first}/video.m3u8")


def _variant(
    plan: Plan, rendition: Rendition, groups: dict[str, tuple[int, int]]
) -> playlists.Variant:
    rung = next(one for one in plan.rungs if one.name == rendition.name)
    target = plan.grid.segment_seconds
    pieces = picture_pieces(rendition, plan.grid)
    peak, average = _rates([s.size for s in rendition.segments], pieces, target)
    sound = groups.get(rung.audio, (0, 0))
    keys = key_pieces(rendition, plan.grid)
    sizes = [piece.range[0] for piece in keys if piece.range]
    return playlists.Variant(
        path=f"{rendition.name}/video.m3u8",
        codecs=(rendition.codec, aac.CODEC) if groups else (rendition.codec,),
        peak=peak + sound[0],
        average=average + sound[1],
        size=(rendition.width, rendition.height),
        rate=plan.grid.rate / rung.step,
        audio=rung.audio if groups else "",
        frames_only=f"{rendition.name}/iframes.m3u8",
        frames_peak=_rates(sizes, keys, plan.grid.seconds(plan.grid.gop))[0],
    )


def _sounds(plan: Plan, groups: dict[str, tuple[int, int]]) -> list[playlists.Sound]:
    channels = {audio.name: audio.channels for audio in ladder.AUDIOS}
    chosen = next((n for n, track in enumerate(plan.source.audio) if track.is_default), 0)
    made, used = [], set[str]()
    for number, track in enumerate(plan.source.audio[: plan.tracks]):
        name = track.title or track.language
        name = f"{name} {number + 1}" if name in used else name
        used.add(name)
        made += [
            playlists.Sound(
                group=group,
                path=f"{sound_folder(group, number)}/audio.m3u8",
                name=name,
                language=language(track.language),
                channels=channels[group],
                is_default=number == min(chosen, plan.tracks - 1),
            )
            for group in groups
        ]
    return made


# ISO 639-2 as films carry it, into the shortest tag (RFC 5646) for what is likely met here.
LANGUAGES = {
    "fre": "fr", "fra": "fr", "eng": "en", "ger": "de", "deu": "de", "spa": "es", "por": "pt",
    "ita": "it", "ara": "ar", "chi": "zh", "zho": "zh", "jpn": "ja", "rus": "ru", "dut": "nl",
    "nld": "nl", "tur": "tr", "hin": "hi", "hau": "ha", "yor": "yo", "ibo": "ig", "wol": "wo",
    "bam": "bm", "ful": "ff", "lin": "ln", "swa": "sw", "ewe": "ee", "aka": "ak", "twi": "tw",
    "mlg": "mg", "kin": "rw", "som": "so", "amh": "am", "zul": "zu", "kor": "ko", "pol": "pl",
}  # fmt: skip


def language(tag: str) -> str:
    """Return a language tag that playlists may carry; `und` for what is none."""
    plain = tag.strip().replace("_", "-")
    parts = plain.split("-")
    if not parts[0].isalpha() or not 2 <= len(parts[0]) <= 3:
        return "und"
    if not all(part.isalnum() and len(part) <= 8 for part in parts):
        return "und"
    return "-".join([LANGUAGES.get(parts[0].lower(), parts[0].lower()), *parts[1:]])
