"""What ffmpeg is told: pure lists of arguments, from the film and the part to make."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

from transcoder_service.rules.frames import LEAD, Grid, Part
from transcoder_service.rules.ladder import AUDIO_RATE, Audio, Rung
from transcoder_service.rules.sources import AudioTrack, Picture, Source, TextTrack

BT709, UNSPECIFIED = "1", "2"
TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"


def seek(part: Part, shape: Grid) -> tuple[Fraction, Fraction]:
    """Return where to open the film, in whole milliseconds, and where the part begins after it."""
    start = shape.seconds(part.first)
    opened = max(Fraction(0), Fraction(int((start - LEAD) * 1000), 1000))
    return opened, start - opened


def picture_input(
    picture: Picture, part: Part, shape: Grid, rungs: Sequence[Rung], threads: int
) -> list[str]:
    """Return the options before `-i`: from the key frame before the part on, inexactly.

    The `fps` filter then takes the frames that belong to the part, whatever the gaps between them.
    """
    opened, _ = seek(part, shape)
    options = ["-threads", str(threads)]
    if all(is_small(picture, rung) for rung in rungs):
        # Frames that no other depends on need no smoothing of block edges when they shrink so.
        options += ["-skip_loop_filter", "noref"]
    return options + (["-noaccurate_seek", "-ss", f"{float(opened):.3f}"] if opened else [])


def picture_outputs(
    picture: Picture,
    shape: Grid,
    part: Part,
    files: Mapping[Rung, Path],
    threads: int,
) -> list[str]:
    """Return the arguments that make one part of some renditions, each from the next larger one."""
    rungs = sorted(files, key=lambda rung: (rung.width * rung.height, rung.kilobits), reverse=True)
    arguments = ["-filter_complex", graph(picture, shape, part, rungs)]
    for number, rung in enumerate(rungs):
        arguments += ["-map", f"[out{number}]", *x264(rung, shape, threads)]
        arguments += ["-f", "mp4", f"file:{files[rung]}"]
    return arguments


def graph(picture: Picture, shape: Grid, part: Part, rungs: Sequence[Rung]) -> str:
    """Return the filters: the part's frames on the grid, then scaled from rung to rung."""
    _, offset = seek(part, shape)
    head = ["bwdif=mode=send_frame:deint=interlaced"] if picture.interlaced else []
    head += [
        f"fps=fps={shape.rate}:start_time={float(offset):.6f}",
        f"trim=end_frame={part.frames}",
        "setpts=PTS-STARTPTS",
    ]
    chains, source, step = [], f"[0:{picture.index}]", 1
    for number, rung in enumerate(rungs):
        above = rungs[number - 1] if number else None
        filters = head if above is None else []
        filters += [f"framestep={rung.step // step}"] if rung.step > step else []
        filters += _scaled(picture, rung, above)
        last = number == len(rungs) - 1
        ends = f"[out{number}]" if last else f"split[out{number}][in{number + 1}]"
        chains.append(source + ",".join([*filters, ends if not last else f"null{ends}"]))
        source, step = f"[in{number + 1}]", rung.step
    return ";".join(chains)


def is_small(picture: Picture, rung: Rung) -> bool:
    """Say whether a rendition has at most half the height of the film."""
    return rung.width * rung.height * 4 <= picture.width * picture.height


def _scaled(picture: Picture, rung: Rung, above: Rung | None) -> list[str]:
    if above is not None:
        same = (above.width, above.height) == (rung.width, rung.height)
        return [] if same else [f"scale={rung.width}:{rung.height}", "setsar=1"]
    if picture.is_hdr:
        return [*_tone_mapped(rung), "setsar=1", TAGS]
    matrix = _matrix(picture)
    scale = f"scale={rung.width}:{rung.height}:in_color_matrix={matrix}:out_color_matrix=bt709"
    flags = ":flags=bilinear" if is_small(picture, rung) else ""  # bicubic gains nothing there
    return [f"{scale}:out_range=tv{flags}", "format=yuv420p", "setsar=1", TAGS]


def _matrix(picture: Picture) -> str:
    """Untagged high-definition films are BT.709, as players take them."""
    untagged_hd = picture.matrix in ("", UNSPECIFIED) and min(picture.width, picture.height) >= 720
    return "bt709" if untagged_hd or picture.matrix == BT709 else "auto"


def _tone_mapped(rung: Rung) -> list[str]:
    return [
        f"zscale=w={rung.width}:h={rung.height}:t=linear:npl=203",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=hable:desat=0",
        "zscale=t=bt709:m=bt709:r=tv",
        "format=yuv420p",
    ]


def x264(rung: Rung, shape: Grid, threads: int) -> list[str]:
    """Return how one rendition is encoded; `threads` 0 leaves it to x264."""
    gop = str(shape.gop // rung.step)
    return [
        "-c:v", "libx264", "-preset", rung.preset, "-profile:v", "high", "-threads", str(threads),
        "-crf", str(rung.crf), "-maxrate", f"{rung.kilobits}k", "-bufsize", f"{rung.buffer}k",
        "-rc_init_occupancy", f"{rung.buffer // 2}k",
        "-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags", "+cgop",
        "-fps_mode", "passthrough", "-video_track_timescale", str(timescale(shape)),
        "-movflags",
        "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
        "-map_metadata", "-1", "-fflags", "+bitexact",
    ]  # fmt: skip


def timescale(shape: Grid) -> int:
    """Return ticks a second, such that every frame lasts a whole number of them."""
    return shape.rate.numerator * ceil(10_000 / shape.rate.numerator)


def ticks(shape: Grid) -> int:
    """Return how many ticks a frame of the grid lasts."""
    return int(timescale(shape) / shape.rate)


def sound_outputs(track: AudioTrack, seconds: Fraction, files: Mapping[Audio, Path]) -> list[str]:
    """Return the arguments that make all renditions of one sound track, exactly as long as asked.

    Silence fills what the track lacks, in its middle or at its ends.
    """
    count = len(files)
    length = float(seconds) + 0.1
    chain = (
        f"[0:{track.index}]aresample={AUDIO_RATE}:async=1:first_pts=0,apad,"
        f"atrim=end={length:.6f},asplit={count}"
    )
    chain += "".join(f"[s{number}]" for number in range(count))
    chains, outputs = [chain], []
    for number, (audio, file) in enumerate(files.items()):
        layout = "mono" if audio.channels == 1 else "stereo"
        chains.append(f"[s{number}]aformat=channel_layouts={layout}[a{number}]")
        outputs += ["-map", f"[a{number}]", "-c:a", "aac", "-b:a", f"{audio.kilobits}k"]
        outputs += ["-flush_packets", "1", "-f", "adts", f"file:{file}"]
    return ["-filter_complex", ";".join(chains), *outputs]


def remux(source: Source, file: Path) -> list[str]:
    """Return the arguments that copy a film's streams, as they are, into Matroska."""
    assert source.picture is not None  # noqa: S101  (checked before)
    indexes = [source.picture.index]
    indexes += [track.index for track in source.audio] + [track.index for track in source.texts]
    maps = [argument for index in indexes for argument in ("-map", f"0:{index}")]
    return [*maps, "-c", "copy", "-f", "matroska", f"file:{file}"]


def text_outputs(files: Mapping[TextTrack, Path]) -> list[str]:
    arguments: list[str] = []
    for track, file in files.items():
        arguments += ["-map", f"0:{track.index}", "-c:s", "webvtt", "-f", "webvtt", f"file:{file}"]
    return arguments
