"""The demo: real raw files that ship, with strokes painted in the tool, all the way to a report."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fathom import __version__
from napari_fathom.cli.console import Console
from napari_fathom.cli.stopwatch import Stopwatch
from napari_fathom.cli.summaries import study_summary
from napari_fathom.cli.training import train
from napari_fathom.cli.window import can_take_picture, take_picture
from napari_fathom.files import replace_json

if TYPE_CHECKING:
    from napari_fathom.learning.settings import TrainSettings
    from napari_fathom.study import ModelRecord, Study
    from napari_fathom.study.jobs.export import ExportKind

__all__ = ["CLASS_NAMES", "EXPORTS", "demo_settings", "make_answer", "prepare", "run_headless"]

CLASS_NAMES = ("water", "seabed", "below the seabed", "transmit pulse")
"""What the strokes that ship tell apart, in the order of their values."""
EXPORTS: "dict[ExportKind, str]" = {
    "crimac": "demo_predictions.zarr",
    "evr": "demo.evr",
    "evl": "seabed.evl",
    "tiff": "classes.tif",
    "npz": "answer.npz",
    "nasc": "nasc.csv",
}
_CUT: dict[str, Any] = {
    "epochs": 4,  # enough to tell water from seabed, and minutes less than the preset's own
    "rest_class": "",  # most of this survey lies below the seabed: the unpainted is not all water
    "method": "predklus",  # which learns from the unpainted all the same: held-out kappa 0.92, SupSeg's 0.71
    "seed": 1,
}
_KEPT = "What is whole in the folder stays; the same command goes on from there."


def demo_settings(values: Mapping[str, Any] | None = None) -> "tuple[str, TrainSettings]":
    """Return the preset this machine is proposed, and its settings cut to a demo's patience.

    Parameters
    ----------
    values : Mapping, optional
        Settings to change besides.
    """
    from napari_fathom.cli.settings_options import changed
    from napari_fathom.learning.hardware import find_hardware
    from napari_fathom.learning.presets import PRESETS, propose

    preset = propose(find_hardware())
    return preset, changed(PRESETS[preset], {**_CUT, **(values or {})})


def prepare(folder: Path, console: Console, watch: Stopwatch) -> "Study":
    """Convert the sample files to a study with its strokes and seabed, or open the one that is there.

    Parameters
    ----------
    folder : Path
        The study. One that is there already keeps everything that was painted in it.

    Returns
    -------
    Study
        Open for writing.
    """
    from napari_fathom.echogram import set_seabed
    from napari_fathom.echogram.exchange import read_seabed_evl
    from napari_fathom.labels import Classes
    from napari_fathom.study import Study, StudyDocument
    from napari_fathom.study.jobs import convert_job, import_labels_job

    if StudyDocument.at(folder):
        return Study.open(folder)
    classes = Classes(())
    for name in CLASS_NAMES:
        classes = classes.with_added(name)
    with as_file(files("napari_fathom") / "sample_data") as samples:
        with watch.stage("convert"):
            job = convert_job(sorted(samples.glob("*.raw")), folder, classes=classes)
            study = console.follow(job, kept=_KEPT)
        with watch.stage("labels"):
            set_seabed(study.echogram.path, read_seabed_evl(samples / "seabed.evl", study.echogram))
            console.follow(import_labels_job(study, samples / "strokes.npz"), kept=_KEPT)
    study.close()
    return Study.open(folder)  # with the seabed


def make_answer(
    study: "Study", settings: "TrainSettings", console: Console, watch: Stopwatch
) -> "ModelRecord":
    """Train on the strokes and predict the survey."""
    from napari_fathom.study.jobs import predict_job

    with watch.stage("train"):
        record = train(study, settings, console)
    with watch.stage("predict"):
        console.follow(predict_job(study, stop=console.stop), kept=_KEPT, polls_stop=True)
    return record


def run_headless(out: Path, console: Console, values: Mapping[str, Any]) -> dict[str, Any]:
    """Do the whole demo without a screen.

    Parameters
    ----------
    out : Path
        Gets `demo.fathom`, the exports, `viewer.png` and `report.json`.
    console : Console
        Shows the progress.
    values : Mapping
        Training settings that differ from the demo's own.

    Returns
    -------
    dict
        What `report.json` says.
    """
    from napari_fathom.study.jobs import export_job

    out.mkdir(parents=True, exist_ok=True)
    watch = Stopwatch()
    preset, settings = demo_settings(values)
    console.say("the demo: convert, take the strokes, train, predict, export, take a picture of the window")
    with prepare(out / "demo.fathom", console, watch) as study:
        record = make_answer(study, settings, console, watch)
        with watch.stage("export"):
            for kind, name in EXPORTS.items():
                console.follow(
                    export_job(study, kind, out / name, stop=console.stop), kept=_KEPT, polls_stop=True
                )
        summary = study_summary(study)
    picture = _picture(out, console, watch)
    report = _report(summary, record, preset, settings, picture, watch)
    replace_json(out / "report.json", report)
    return report


def _picture(out: Path, console: Console, watch: Stopwatch) -> str | None:
    if not can_take_picture():
        console.say("no picture of the window: there is neither a display nor xvfb-run here")
        return None
    with watch.stage("picture"):
        take_picture([out / "demo.fathom"], out / "viewer.png")
    return "viewer.png"


def _report(
    summary: dict[str, Any],
    record: "ModelRecord",
    preset: str,
    settings: "TrainSettings",
    picture: str | None,
    watch: Stopwatch,
) -> dict[str, Any]:
    grid = (
        "frequencies_khz",
        "main_frequency_khz",
        "pings",
        "range_cells",
        "range_step_m",
        "first_ping",
        "last_ping",
    )
    packages = ("torch", "napari", "echopype", "zarr", "numpy")
    return {
        "input_files": summary["sources"],
        "grid": {name: summary[name] for name in grid},
        "method": record.method,
        "preset": preset,
        "settings": settings.model_dump(mode="json"),
        "painted_pixels": summary["painted_pixels"],
        "held_out_kappa": record.kappa,
        "seconds": watch.seconds,
        "seconds_in_all": round(sum(watch.seconds.values()), 2),
        "exports": dict(EXPORTS),
        "picture": picture,
        "versions": {
            "napari-fathom": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in packages},
        },
    }
