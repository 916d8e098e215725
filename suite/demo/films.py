"""The four sample films: what they are called, show and sound like."""

from dataclasses import dataclass, field

from kit.contracts.catalog.films import Credit
from kit.contracts.catalog.words import AccessLevel
from suite.demo import sound

SECONDS = 24
RATE = 24
SMALL = "640x360"
GRID = "320x180"  # the cells of automata, drawn large without smoothing
FINISH = "scale=1280:720:flags=bicubic"
CELLS = "scale=1280:720:flags=neighbor"
STILL = f"loop=loop=-1:size=1:start=0,setpts=N/{RATE}/TB,fps={RATE}"
SERIES_TITLE = "Petites mécaniques"
SERIES_SLUG = "petites-mecaniques"
SERIES_SYNOPSIS = (
    "Une règle, une grille, et personne aux commandes : chaque épisode laisse une machine "
    "minuscule inventer son propre monde."
)
STUDIO = [Credit(role="director", name="Atelier Karangou"), Credit(role="music", name="ffmpeg")]


@dataclass(frozen=True)
class Sample:
    """`picture` is a filter graph that ends in [v]; [sky], [sun] and [fore] are drawn pictures.

    `poster_at` (second) and `poster_left` (0 to 1) choose the piece of the film on its poster.
    """

    slug: str
    title: str
    synopsis: str
    picture: str
    music: str
    access_level: AccessLevel = AccessLevel.public
    price_amount: int | None = None
    age_rating: int = 0
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    episode: int | None = None
    poster_at: float = 8
    poster_left: float = 0.5
    draws: tuple[str, ...] = ()


DAWN = Sample(
    slug="l-heure-bleue",
    title="L’heure bleue",
    synopsis=(
        "Avant que le village ne s’éveille, le soleil monte derrière le grand baobab. Un seul "
        "plan, sans un mot, le temps que la nuit change de couleur."
    ),
    draws=("sky", "sun", "fore"),
    picture=(
        f"[0]{STILL},scale=640:360[sky];[1]{STILL},scale=260:-1[sun];[2]{STILL}[fore];"
        f"perlin=s=160x90:r={RATE}:octaves=5:persistence=0.55:xscale=1.2:yscale=5:tscale=0.12,"
        "format=gray,lut=y='clip((val-118)*2.2,0,150)',scale=640:360:flags=bicubic[mist];"
        f"color=c=0xffd2c4:s={SMALL}:r={RATE}[light];[light][mist]alphamerge[clouds];"
        "[sky][sun]overlay=x=125:y='165-t*3.5':eval=frame[risen];[risen][clouds]overlay,"
        f"hue=h='-10+t*0.9':b='-0.6+t*0.03',{FINISH}[back];[back][fore]overlay,vignette=PI/5[v]"
    ),
    music=sound.stereo(
        (0.22, sound.pad([0, 7, 12, 15, 22])),
        (0.16, sound.plucks([0, 7, 10, 12, 15, 12, 10, 7], 1.5, decay=3, base=sound.A3)),
    ),
    categories=["art"],
    tags=["aube", "plan-séquence"],
    poster_at=17,
    poster_left=0.8,
)
SPIRAL = Sample(
    slug="vertige",
    title="Vertige",
    synopsis=(
        "Une plongée sans fin au bord de l’ensemble de Mandelbrot : plus on s’approche, plus il "
        "y a à voir. À regarder en grand, le son aussi."
    ),
    picture=(
        f"mandelbrot=s={SMALL}:r={RATE}:start_scale=0.012:end_scale=0.000012:"
        f"end_pts={SECONDS * RATE}:start_x=-0.743643887037151:start_y=0.131825904205330:"
        "inner=black:outer=normalized_iteration_count:maxiter=900,format=gray,gblur=sigma=0.7,"
        f"format=gbrp,pseudocolor=preset=plasma,vignette=PI/5,{FINISH}[v]"
    ),
    music=sound.stereo(
        (0.3, sound.pad([0, 7, 12, 19], swell=0.11, base=sound.A3 / 4)),
        (0.12, sound.plucks([0, 3, 7, 10, 14, 17, 14, 10], 4, decay=6, base=sound.A3 * 2)),
    ),
    access_level=AccessLevel.ppv,
    price_amount=500,
    age_rating=10,  # it flashes and never stands still
    categories=["solo"],
    tags=["fractale"],
    poster_at=3,
    poster_left=0.62,
)
COLONY = Sample(
    slug="petites-mecaniques-la-colonie",
    title="La colonie",
    synopsis=(
        "Deux voisins, elle survit ; trois, elle naît ; quatre, elle étouffe. La vie de Conway, "
        "laissée à elle-même sur une nuit de lagune."
    ),
    picture=(
        f"life=s={GRID}:r=12:mold=24:life_color=0xffe9b0:death_color=0x1c6b5a:"
        f"mold_color=0x0a1f2a:ratio=0.24:seed=43,fps={RATE},vignette=PI/5,{CELLS}[v]"
    ),
    music=sound.stereo(
        (0.14, sound.plucks([12, 19, 24, 15, 22, 12, 27, 19, 10, 17, 24], 6, decay=14)),
        (0.16, sound.pad([0, 3, 7, 14])),
    ),
    categories=["raw"],
    tags=["automate"],
    episode=1,
    poster_at=2,
)
WEAVERS = Sample(
    slug="petites-mecaniques-les-tisserands",
    title="Les tisserands",
    synopsis=(
        "Ligne après ligne, la règle 110 tisse un pagne que nul n’a dessiné. Le métier bat, les "
        "fils se croisent, le motif ne se répète jamais."
    ),
    picture=(
        f"cellauto=s={GRID}:r={RATE}:rule=110:scroll=1:random_seed=7:ratio=0.5,format=gbrp,"
        "lutrgb=r='val*0.85+38':g='val*0.85+38':b='val*0.85+38',tmix=frames=2[weave];"
        f"gradients=s={GRID}:r={RATE}:n=6:c0=0xe4572e:c1=0x17bebb:c2=0xffc914:c3=0x2e282a:"
        "c4=0x76b041:c5=0xd81e5b:speed=0.012:type=spiral:seed=5,format=gbrp[dye];"
        f"[dye][weave]blend=all_mode=multiply,vignette=PI/5,{CELLS}[v]"
    ),
    music=sound.stereo(
        (0.1, sound.beat(4)),
        (0.2, sound.plucks([0, 0, 7, 0, 10, 7, 0, 12], 4, decay=7, base=sound.A3 / 2)),
        (0.1, sound.plucks([12, 15, 19, 15], 2, decay=4)),
    ),
    access_level=AccessLevel.vip,
    categories=["vip"],
    tags=["automate", "tissage"],
    episode=2,
    poster_at=3,
)
SAMPLES = (DAWN, SPIRAL, COLONY, WEAVERS)
