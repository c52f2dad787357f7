"""`fathom demo`: a real survey with strokes, retrained and predicted."""

from pathlib import Path

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.settings_options import setting_option

__all__ = ["command"]

_OPENS = "opening the window: strokes, classes, clusters and ambiguity are layers; paint and press Retrain"
_TRAINS = (
    "opening the window: it trains on the strokes that ship (about a minute on two cores; tab Train shows "
    "how it goes), then shows classes, clusters and ambiguity as layers"
)
_TEACHES = (
    "opening the window: it learns from five labels a class, then groups the others by what it says they are"
)
_REVIEWS = (
    "opening the window: label more and press Retrain under Train, or go through the clusters under Review"
)


@click.command("demo")
@click.argument("what", type=click.Choice(["echogram", "plankton"]), default="echogram")
@click.option("--headless", is_flag=True, help="Without a window: leave exports, a picture and a report.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fathom-demo"),
    show_default=True,
    help="Folder for the study and all else; made if need be.",
)
@setting_option
@console_options
def command(what: str, headless: bool, out: Path, values: dict[str, str], console: Console) -> None:
    """Show what Fathom does, on a real EK60 survey or on real phytoplankton that ship with it.

    Three raw files are converted; a few strokes that were painted in the tool are taken; napari opens on
    them, trains a model and predicts the whole survey. A second call opens what the first one made.

    With `plankton`: 105 images of six kinds of phytoplankton, of which five each are labelled.

    \b
    Examples:
      fathom demo
      fathom demo plankton
      fathom demo --headless --out demo-out
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.cli.window import has_display

    if not headless and not has_display():
        console.say("no display here (DISPLAY is empty): doing the headless run instead")
        headless = True
    if what == "plankton":
        _plankton(headless, out, values, console)
    elif headless:
        _headless(out, values, console)
    else:
        _in_window(out, values, console)


def _headless(out: Path, values: dict[str, str], console: Console) -> None:
    from napari_fathom.cli.demo_run import run_headless

    report = run_headless(out, console, values)
    kappa = report["held_out_kappa"]
    quality = "no strokes held out" if kappa is None else f"kappa {kappa:.3f} on held-out strokes"
    console.result(
        report, f"{out}: {quality}, {report['seconds_in_all']:.0f} s in all; see report.json, viewer.png"
    )


def _in_window(out: Path, values: dict[str, str], console: Console) -> None:
    from napari_fathom.cli.demo_run import demo_settings, prepare
    from napari_fathom.cli.stopwatch import Stopwatch
    from napari_fathom.cli.window import open_window

    folder = out / "demo.fathom"
    with prepare(folder, console, Stopwatch()) as study:
        untrained = study.prediction() is None
        if untrained:
            study.update(training=demo_settings(values)[1].model_dump(mode="json"))
    console.say(_TRAINS if untrained else _OPENS)
    open_window([folder], retrain=untrained)
    console.result({"study": str(folder)}, f"all is kept in {folder}; fathom demo opens it again")


def _plankton(headless: bool, out: Path, values: dict[str, str], console: Console) -> None:
    from napari_fathom.cli.plankton_demo import prepare_plankton, run_plankton_headless
    from napari_fathom.cli.stopwatch import Stopwatch
    from napari_fathom.cli.window import open_window

    if headless:
        report = run_plankton_headless(out, console, values)
        quality = f"{report['answered']} images answered, macro F1 {report['macro_f1_of_the_answered']:.2f}"
        told = f"{out}: {quality}, {report['seconds_in_all']:.0f} s in all; see report.json, mosaic.png"
        console.result(report, told)
        return
    folder = out / "plankton.fathom"
    with prepare_plankton(folder, console, Stopwatch()) as study:
        untrained = study.answers() is None
    console.say(_TEACHES if untrained else _REVIEWS)
    open_window([folder], retrain=untrained)
    console.result({"study": str(folder)}, f"all is kept in {folder}; fathom demo plankton opens it again")
