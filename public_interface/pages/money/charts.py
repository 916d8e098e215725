"""Charts as numbers: where each bar stands. The drawing is `components/bars.html`."""

from collections.abc import Callable, Sequence

from kit.schema import Schema

WIDTH, HEIGHT, TOP, FOOT = 720, 200, 22, 22
MOST_LABELS, EDGE = 8, 40


class BarView(Schema):
    """`value` stands above the highest and the last; `label` below some of them."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    words: str
    label: str
    value: str
    side: str
    """Where the value is held, so that it is not cut at an edge: start, middle or end."""
    is_last: bool


class ChartView(Schema):
    label: str
    width: int
    height: int
    zero: int
    bars: list[BarView]


def chart(
    points: Sequence[tuple[str, int, str]], label: str, money: Callable[[int], str]
) -> ChartView:
    """Return bars on a zero line; a point is its label, its amount and the whole in words."""
    most = max(1, *(amount for _, amount, _ in points))
    highest = max(range(len(points)), key=lambda at: points[at][1])
    step = WIDTH / len(points)
    every = max(1, -(-len(points) // MOST_LABELS))
    zero = HEIGHT - FOOT
    bars = []
    for at, (name, amount, words) in enumerate(points):
        middle = round((at + 0.5) * step, 1)
        height = round(max(amount, 0) / most * (zero - TOP), 1)
        bars.append(
            BarView(
                x=round(at * step + step * 0.14, 1),
                y=round(zero - height, 1),
                width=round(step * 0.72, 1),
                height=height,
                middle=middle,
                words=words,
                label=name if (len(points) - 1 - at) % every == 0 else "",
                value=money(amount) if at == highest and amount else "",
                side="start" if middle < EDGE else "end" if middle > WIDTH - EDGE else "middle",
                is_last=at == len(points) - 1,
            )
        )
    return ChartView(label=label, width=WIDTH, height=HEIGHT, zero=zero, bars=bars)
