"""Evaluate a suite: its runs, what of them is known already, and the report."""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as StopEvent

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.plot import plot
from napari_fathom.evaluation.processes import run_all
from napari_fathom.evaluation.results import DONE, Row, add_results, read_results
from napari_fathom.evaluation.runs import Plan, Run, plan
from napari_fathom.evaluation.suite import EchogramSuite, ImageSuite
from napari_fathom.evaluation.table import report
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.files import replace_text

__all__ = ["Evaluation", "evaluate"]

_STAGE = "runs"


@dataclass(frozen=True)
class Evaluation:
    """What came of a suite.

    Parameters
    ----------
    rows : tuple of dict
        Of this suite's runs, in its order; columns as `results.SCHEMA`.
    results, table, plot : Path
        Parquet, Markdown and SVG.
    counts : dict of str to int
        Runs by status; 'known' for those that were done before.
    """

    rows: tuple[Row, ...]
    results: Path
    table: Path
    plot: Path
    counts: dict[str, int]


def evaluate(
    suite: ImageSuite | EchogramSuite,
    folder: Path,
    *,
    jobs: int = 1,
    only: Collection[str] = (),
    stop: StopEvent | None = None,
) -> Iterator[Event[Evaluation]]:
    """Run what isn't known yet, and write results, table and plot.

    A run is known by all that its result depends on (`Run.key`): one that is among the results isn't run
    again, one that failed is. Results are whole after every run.

    Parameters
    ----------
    suite : ImageSuite or EchogramSuite
    folder : Path
        Gets `NAME.parquet`, `NAME.md` and `NAME.svg`.
    jobs : int
        Processes at once.
    only : collection of str
        Methods that shall run; the report tells of all that is known.
    stop : threading.Event, optional
        Ends the runs under way when set; those that are done stay.

    Yields
    ------
    Note, Progress
        After each run.
    Done
        Holding the Evaluation.

    Raises
    ------
    FathomError
        If the suite asks for what isn't there; nothing has run then.
    Cancelled
        If stopped.
    """
    path = folder / f"{suite.name}.parquet"
    kept = read_results(path)
    planned = plan(suite, {(row["data"], row["seed"]): row["fingerprint"] for row in kept})
    for data, reason in planned.missing.items():
        yield Note(f"{data} is passed over: {reason}", "warning")
    prints = {run.key: run.fingerprint for run in planned.runs}
    if older := [row for row in kept if row["key"] in prints and not row["fingerprint"]]:
        add_results(path, [row | {"fingerprint": prints[row["key"]]} for row in older])
    runs = [run for run in planned.runs if not only or run.entrant.called in _checked(suite, only)]
    known = {row["key"] for row in kept if row["status"] == DONE}
    todo = [run for run in runs if run.key not in known]
    counts = Counter(known=len(runs) - len(todo))
    if counts["known"]:
        yield Note(f"{counts['known']} of {len(runs)} runs are known already.")
    try:
        with tempfile.TemporaryDirectory(prefix="fathom-evaluate-") as cache:
            for run, new in run_all(todo, Path(cache), jobs, stop):
                add_results(path, new)
                counts[new[0]["status"]] += 1
                if new[0]["status"] != DONE:
                    yield Note(f"{run.sentence}: {new[0]['status']}. {new[0]['error']}", "warning")
                yield Progress(_STAGE, counts.total(), len(runs))
    finally:  # what is known is told, also where the rest was stopped
        told = _tell(suite, path, planned)
    yield Done(replace(told, counts=dict(counts)))


def _tell(suite: ImageSuite | EchogramSuite, path: Path, planned: Plan) -> Evaluation:
    """Write the table and the plot of all that is known of these runs, also on data that aren't here now."""
    order = list(suite.data)
    runs = sorted([*planned.runs, *planned.absent], key=lambda run: order.index(run.data))
    rows = _of_this_suite(runs, read_results(path))
    table, picture = path.with_suffix(".md"), path.with_suffix(".svg")
    replace_text(table, report(suite, rows, planned.missing))
    replace_text(picture, plot(suite, rows))
    return Evaluation(rows, path, table, picture, {})


def _checked(suite: ImageSuite | EchogramSuite, only: Collection[str]) -> Collection[str]:
    names = [entrant.called for entrant in suite.methods]
    if unknown := [name for name in only if name not in names]:
        raise FathomError(
            f"{suite.name}: no method is called {unknown[0]!r} there; there are {', '.join(names)}."
        )
    return only


def _of_this_suite(runs: Iterable[Run], rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows of these runs, in their order, by the names that the suite has for them now."""
    place = {run.key: (number, run) for number, run in enumerate(runs)}
    found = [(*place[row["key"]], row) for row in rows if row["key"] in place]
    found.sort(key=lambda each: each[0])
    return tuple(row | {"data": run.data, "name": run.entrant.called} for _, run, row in found)
