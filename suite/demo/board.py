"""The progress of several films at once: redrawn in place on a terminal, line by line elsewhere."""

from suite.terminal import IS_TERMINAL, faint, good, say

BAR = 24
STEP = 25  # percents between two lines where nothing can be redrawn


class Board:
    def __init__(self, titles: list[str]) -> None:
        self.rows: dict[str, tuple[str, int]] = dict.fromkeys(titles, ("waits", 0))
        self.told: dict[str, tuple[str, int]] = {}
        self.is_drawn = False

    def show(self, title: str, stage: str, percent: int = 0) -> None:
        """Say at what stage a film is, and how far."""
        if self.rows.get(title) == (stage, percent):
            return
        self.rows[title] = (stage, percent)
        if IS_TERMINAL:
            self._redraw()
        elif self.told.get(title) != (stage, percent // STEP):
            self.told[title] = (stage, percent // STEP)
            say(f"  {title:<18}{_words(stage, percent)}")

    def _redraw(self) -> None:
        if self.is_drawn:
            print(f"\033[{len(self.rows)}A", end="")
        self.is_drawn = True
        for title, (stage, percent) in self.rows.items():
            filled = "━" * (percent * BAR // 100)
            bar = good(filled) + faint("━" * (BAR - len(filled)))
            print(f"\033[2K  {title:<18}{bar}  {_words(stage, percent)}")


def _words(stage: str, percent: int) -> str:
    return f"{stage} {percent} %" if 0 < percent < 100 else stage
