"""Results as a page in Markdown."""

from collections.abc import Collection, Iterator, Sequence

from napari_fathom.evaluation.figures import FIGURES
from napari_fathom.evaluation.results import DONE, Row
from napari_fathom.evaluation.suite import EchogramSuite, ImageSuite
from napari_fathom.evaluation.summary import Spread, called, summarise, typical

__all__ = ["budget_name", "report"]

_BETTER = {"more": " (the more, the better)", "less": " (the less, the better)", "neither": ""}
_FORMER = "These data were not there when this page was written; the figures are of a former time."
_COSTS = {
    "seconds": ("s", 1),
    "cpu_s": ("CPU s", 1),
    "memory_mb": ("MB", 0),
    "device_memory_mb": ("GPU MB", 0),
}


def report(suite: ImageSuite | EchogramSuite, rows: Sequence[Row], missing: Collection[str] = ()) -> str:
    """A table for each figure on each data, with what it cost beside, and what came to nothing.

    Of data that are `missing` it says that their figures are those of a former time.
    """
    lines = [f"# {suite.name}", "", suite.about, "", _protocol(suite), ""]
    for data in suite.data:
        mine = [row for row in rows if row["data"] == data]
        if not any(row["status"] == DONE for row in mine):
            continue
        lines += [f"## {data}", ""]
        if data in missing:
            lines += [_FORMER, ""]
        for figure in suite.figures:
            lines += [*_table(suite, mine, figure)]
    lost = [row for row in rows if row["status"] != DONE]
    if lost:
        lines += ["## What came to nothing", ""]
        lines += [
            f"- {row['data']}, {called(row)}, {budget_name(suite, row['budget'])}, seed {row['seed']}: "
            f"{row['status']}. {row['error']}"
            for row in lost
        ]
        lines.append("")
    return "\n".join(lines)


def budget_name(suite: ImageSuite | EchogramSuite, budget: float) -> str:
    """A label budget in words."""
    if isinstance(suite, ImageSuite):
        return f"{budget:g} labels a class" if budget else "no labels"
    share = f"{100 * budget:g} %"
    return f"{share} painted" if suite.labels == "strokes" else f"{share} of the patches"


def _protocol(suite: ImageSuite | EchogramSuite) -> str:
    seeds = f"Seeds {', '.join(map(str, suite.seeds))}; mean ± standard deviation over them. "
    if isinstance(suite, EchogramSuite):
        judged = "Judged by all cells of a survey, or stretch, that was never painted"
    elif suite.unseen_share:
        judged = f"Judged by {100 * suite.unseen_share:g} % of the images, which no method had seen before"
    else:
        judged = "Judged by all images without a label, which methods had seen without one"
    return (
        f"{seeds}{judged}; by the weights that the preset keeps. Costs are medians over budgets "
        "and seeds: seconds of learning by the clock, processor seconds of learning and answering, peak "
        "memory."
    )


def _table(suite: ImageSuite | EchogramSuite, rows: Sequence[Row], figure: str) -> Iterator[str]:
    spreads = summarise(rows, figure)
    if not spreads:
        return
    names = list(dict.fromkeys(called(row) for row in rows if row["status"] == DONE))
    costs = {name: typical(rows, name) for name in _COSTS}
    costs = {name: values for name, values in costs.items() if values}
    yield f"### {FIGURES[figure].title}{_BETTER[FIGURES[figure].better]}"
    yield ""
    heads = ["method", *(budget_name(suite, budget) for budget in suite.budgets)]
    heads += [_COSTS[name][0] for name in costs]
    yield f"| {' | '.join(map(_in_a_cell, heads))} |"
    yield "|---" * len(heads) + "|"
    for name in names:
        cells = [_cell(spreads.get((name, budget)), len(suite.seeds)) for budget in suite.budgets]
        cells += [_cost(values.get(name), _COSTS[cost][1]) for cost, values in costs.items()]
        yield f"| {_in_a_cell(name)} | {' | '.join(cells)} |"
    yield ""


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _cell(spread: Spread | None, seeds: int) -> str:
    if spread is None:
        return "–"
    told = f"{spread.mean:.3f}" + ("" if spread.deviation is None else f" ± {spread.deviation:.3f}")
    return told if spread.seeds == seeds else f"{told} (n = {spread.seeds})"


def _cost(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
