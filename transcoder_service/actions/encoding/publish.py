"""What is made becomes visible: media playlists that grow, then end; and the master playlist."""

from transcoder_service.actions.encoding import sounds
from transcoder_service.actions.encoding.workshop import Workshop
from transcoder_service.rules import films, playlists
from transcoder_service.rules.films import PartMade, Rendition

Reach = tuple[object, ...]


def pass_made(shop: Workshop, number: int) -> list[PartMade]:
    """Return what one pass has made without a gap, from the film's beginning."""
    made: list[PartMade] = []
    for part in shop.plan.parts:
        found = shop.made.get(f"pass-{number}-{part.number:04d}")
        if found is None:
            break
        made.append(found)
    return made


def pictures(shop: Workshop, number: int) -> list[Rendition]:
    """Return the renditions of one pass, as far as they reach; the smallest first."""
    made = pass_made(shop, number)
    joined = [films.joined(made, rung.name) for rung in shop.plan.passes[number]]
    return [one for one in joined if one is not None]


def heard(shop: Workshop) -> list[list[Rendition]] | None:
    """Return the renditions of every sound track, or None while one of them has no segment."""
    tracks = []
    for track in range(shop.plan.tracks):
        made = shop.made.get(sounds.unit_name(track))
        if made is None or not all(one.segments for one in made.renditions):
            return None
        tracks.append(list(made.renditions))
    return tracks


def reach(shop: Workshop) -> Reach:
    """Return how far the first pass and each sound track reach; there is news when it changes."""
    heard_so_far = [
        (len(made.renditions[0].segments), made.is_whole)
        for track in range(shop.plan.tracks)
        if (made := shop.made.get(sounds.unit_name(track)))
    ]
    return len(pass_made(shop, 0)), *heard_so_far


async def publish_early(shop: Workshop) -> bool:
    """Publish what the first pass has made so far; say whether it can be watched."""
    seen, sound = pictures(shop, 0), heard(shop)
    if not seen or sound is None:
        return False
    ended = len(pass_made(shop, 0)) == len(shop.plan.parts)
    await _media(shop, seen, ended=ended)
    await _sounds(shop, sound)
    await shop.write("playlist.m3u8", films.master(shop.plan, seen, sound))
    return True


async def publish(shop: Workshop) -> list[Rendition]:
    """Publish the whole ladder; return its renditions, the smallest first."""
    seen = [one for number in range(len(shop.plan.passes)) for one in pictures(shop, number)]
    await _media(shop, seen, ended=True)
    sound = heard(shop) or []
    await _sounds(shop, sound)
    await shop.write("playlist.m3u8", films.master(shop.plan, seen, sound))
    return seen


async def _media(shop: Workshop, renditions: list[Rendition], *, ended: bool) -> None:
    target = shop.plan.grid.segment_seconds
    for one in renditions:
        pieces = films.picture_pieces(one, shop.plan.grid)
        await shop.write(f"{one.name}/video.m3u8", playlists.media(pieces, target, ended=ended))
        keys = films.key_pieces(one, shop.plan.grid)
        await shop.write(f"{one.name}/iframes.m3u8", playlists.media(keys, target, ended=ended))


async def _sounds(shop: Workshop, tracks: list[list[Rendition]]) -> None:
    """Publish the sound, but never a shorter list than viewers may have seen before a restart."""
    target = shop.plan.grid.segment_seconds
    for number, track in enumerate(tracks):
        ended = shop.made[sounds.unit_name(number)].is_whole
        if shop.is_resumed and not ended:
            continue
        for one in track:
            text = playlists.media(films.sound_pieces(one), target, ended=ended)
            await shop.write(f"{one.name}/audio.m3u8", text)
