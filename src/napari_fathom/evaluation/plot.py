"""Results as a picture: a dot for each method and budget, a bar for its spread; plain SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10

from napari_fathom.evaluation.figures import FIGURES
from napari_fathom.evaluation.results import DONE, Row
from napari_fathom.evaluation.suite import EchogramSuite, ImageSuite
from napari_fathom.evaluation.summary import Spread, called, summarise
from napari_fathom.evaluation.table import budget_name

__all__ = ["plot"]

_LINE, _PANEL, _GAP, _TOP, _CHARACTER = 18, 300, 36, 64, 7.6
_HEAD, _FOOT = 22, 30  # of a panel: its title, its axis
_ARROW = {"more": " →", "less": " ←", "neither": ""}
_COLOURS = ("#440154", "#31688e", "#35b779", "#b8a800", "#d95f02", "#cc4678")
"""By budget; dark to light, and apart for most eyes."""


def plot(suite: ImageSuite | EchogramSuite, rows: Sequence[Row]) -> str:
    """Draw a panel for each figure (columns) on each data (rows).

    Parameters
    ----------
    suite : ImageSuite or EchogramSuite
    rows : sequence of dict
        As `results.SCHEMA`.

    Returns
    -------
    str
        An SVG document.
    """
    done = [row for row in rows if row["status"] == DONE]
    left = 16 + _CHARACTER * max((len(called(row)) for row in done), default=8)
    parts, y = list(_legend(suite, left)), float(_TOP)
    for data in suite.data:
        mine = [row for row in done if row["data"] == data]
        names = list(dict.fromkeys(called(row) for row in mine))
        if not names:
            continue
        parts += _names(data, names, left, y)
        for place, figure in enumerate(suite.figures):
            x = left + place * (_PANEL + _GAP)
            parts += _panel(suite, names, summarise(mine, figure), figure, x, y)
        y += _HEAD + _LINE * len(names) + _FOOT
    width, height = left + len(suite.figures) * (_PANEL + _GAP), y + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="sans-serif" font-size="12" fill="#222222">\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _legend(suite: ImageSuite | EchogramSuite, left: float) -> Iterator[str]:
    yield _text(16, 22, suite.name, weight="bold", size=15)
    x = left
    for budget, colour in zip(suite.budgets, _colours(len(suite.budgets)), strict=True):
        name = budget_name(suite, budget)
        yield f'<circle cx="{x + 5:.1f}" cy="40" r="5" fill="{colour}"/>'
        yield _text(x + 15, 44, name)
        x += 32 + _CHARACTER * len(name)


def _names(data: str, names: Sequence[str], left: float, y: float) -> Iterator[str]:
    yield _text(16, y + 14, data, weight="bold")
    for place, name in enumerate(names):
        yield _text(left - 10, y + _HEAD + _LINE * (place + 0.5) + 4, name, anchor="end")


def _panel(
    suite: ImageSuite | EchogramSuite,
    names: Sequence[str],
    spreads: dict[tuple[str, float], Spread],
    figure: str,
    x: float,
    y: float,
) -> Iterator[str]:
    yield _text(x, y + 14, f"{FIGURES[figure].title}{_ARROW[FIGURES[figure].better]}", weight="bold")
    top, bottom = y + _HEAD, y + _HEAD + _LINE * len(names)
    yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{_PANEL}" height="{bottom - top:.1f}" fill="#f4f4f4"/>'
    if not spreads:
        yield _text(x + 8, top + 14, "has no meaning here", colour="#777777")
        return
    ticks = _ticks(min(each.low for each in spreads.values()), max(each.high for each in spreads.values()))
    scale = _PANEL / (ticks[-1] - ticks[0])
    for tick in ticks:
        at = x + (tick - ticks[0]) * scale
        yield f'<line x1="{at:.1f}" y1="{top:.1f}" x2="{at:.1f}" y2="{bottom:.1f}" stroke="#ffffff"/>'
        yield _text(at, bottom + 14, f"{tick:.3g}", anchor="middle", size=11)
    colours = _colours(len(suite.budgets))
    for line, name in enumerate(names):
        for place, budget in enumerate(suite.budgets):
            if spread := spreads.get((name, budget)):
                shift = (place - (len(suite.budgets) - 1) / 2) * min(4.0, 12 / len(suite.budgets))
                middle = top + _LINE * (line + 0.5) + shift
                start, at, end = (
                    x + (value - ticks[0]) * scale for value in (spread.low, spread.mean, spread.high)
                )
                yield (
                    f'<line x1="{start:.1f}" y1="{middle:.1f}" x2="{end:.1f}" y2="{middle:.1f}" '
                    f'stroke="{colours[place]}" stroke-width="1.5"/>'
                )
                yield f'<circle cx="{at:.1f}" cy="{middle:.1f}" r="3.5" fill="{colours[place]}"/>'


def _colours(count: int) -> list[str]:
    return [_COLOURS[place % len(_COLOURS)] for place in range(count)]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers around [low, high], four to seven of them."""
    span = max(high - low, 1e-3)
    power = 10 ** floor(log10(span / 3))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 5)
    first, last = floor(low / step), -floor(-high / step)
    return [step * place for place in range(first, max(last, first + 1) + 1)]


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal", size: int = 12,
    colour: str = "#222222",
) -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
