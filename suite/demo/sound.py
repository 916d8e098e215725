"""Music written as formulas for ffmpeg's `aevalsrc`: plucked notes, pads, a beat."""

from collections.abc import Sequence

SAMPLE_RATE = 48_000
A3 = 220.0


def plucks(notes: Sequence[int], rate: float, *, decay: float = 5.0, base: float = A3) -> str:
    """Return a melody: one of `notes` (semitones above `base`) every 1/`rate` seconds."""
    step = f"mod(floor(t*{rate}),{len(notes)})"
    semitones = "+".join(f"eq({step},{place})*{note}" for place, note in enumerate(notes) if note)
    pitch = f"{base}*pow(2,({semitones or '0'})/12)"
    ring = f"exp(-{decay}*mod(t,{1 / rate:.6f}))"
    return f"{ring}*(sin(2*PI*{pitch}*t)+0.35*sin(4*PI*{pitch}*t))"


def pad(notes: Sequence[int], *, swell: float = 0.07, base: float = A3 / 2) -> str:
    """Return a chord that breathes."""
    voices = [f"sin(2*PI*{base * 2 ** (note / 12):.3f}*t)" for note in notes]
    return f"(0.6+0.4*sin(2*PI*{swell}*t))*({'+'.join(voices)})/{len(voices)}"


def beat(rate: float, *, decay: float = 28.0) -> str:
    """Return a soft shuttle: noise that dies at once."""
    return f"(random(0)*2-1)*exp(-{decay}*mod(t,{1 / rate:.6f}))"


def stereo(*parts: tuple[float, str]) -> str:
    """Return the parts mixed by loudness, the right ear a breath behind the left."""
    mixed = "+".join(f"{loudness}*({part})" for loudness, part in parts)
    source = f"aevalsrc=exprs='{mixed}':s={SAMPLE_RATE}"
    return (
        f"{source},asplit[l][r0];[r0]adelay=11[r];[l][r]join=inputs=2:channel_layout=stereo,"
        "aecho=0.8:0.7:180|310:0.3|0.2,lowpass=f=7000"
    )
