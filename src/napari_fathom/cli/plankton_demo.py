"""The demo on plankton: real images that ship, a few of them labelled, all the way to a report."""

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fathom import __version__
from napari_fathom.cli.console import Console
from napari_fathom.cli.stopwatch import Stopwatch
from napari_fathom.cli.training import train
from napari_fathom.files import replace_bytes, replace_json

if TYPE_CHECKING:
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.study import CollectionStudy

__all__ = ["EXPORTS", "LABELS", "prepare_plankton", "run_plankton_headless"]

LABELS = 5
"""Images of each class that the demo is told the class of; it answers the others."""
EXPORTS = {"ecotaxa": "ecotaxa.zip", "table": "objects.csv"}
_WITHDRAWN = "withdrawn for the demo"
_KEPT = "What is whole in the folder stays; the same command goes on from there."


def prepare_plankton(folder: Path, console: Console, watch: Stopwatch) -> "CollectionStudy":
    """Make a study of the sample images with a few labels; go on with the one that is there.

    The images lie in folders of their classes. All but the first five labels of each class are withdrawn, so
    that there is something to answer; the journal of votes tells so.
    """
    import numpy as np

    from napari_fathom.study import CollectionStudy, StudyDocument
    from napari_fathom.study.filed_labels import FILED
    from napari_fathom.study.jobs import collect_job, look_job

    with as_file(files("napari_fathom") / "sample_data") as samples, watch.stage("convert"):
        if StudyDocument.at(folder):
            study = CollectionStudy.open(folder)
        else:
            study = console.follow(collect_job(samples / "phyto.zip", folder), kept=_KEPT)
        console.follow(look_job(study), kept=_KEPT)
    filed = study.votes.hard()
    if any(event.note == _WITHDRAWN for event in study.votes.journal()):
        return study
    kept = np.concatenate([np.flatnonzero(filed == value)[:LABELS] for value in study.classes.values])
    others = np.setdiff1d(np.arange(len(filed)), kept)
    study.votes.cast(others, 0, annotator=FILED, note=_WITHDRAWN)
    return study


def run_plankton_headless(out: Path, console: Console, values: Mapping[str, Any]) -> dict[str, Any]:
    """Do the whole demo without a screen.

    Parameters
    ----------
    out : Path
        Gets `plankton.fathom`, the exports, `mosaic.png` and `report.json`.
    console : Console
        Shows the progress.
    values : Mapping
        Training settings that differ from the preset's.

    Returns
    -------
    dict
        What `report.json` says.
    """
    from napari_fathom.cli.training_choice import chosen_image_settings
    from napari_fathom.plankton.exports import check_ecotaxa
    from napari_fathom.study.jobs import export_collection_job, predict_collection_job

    out.mkdir(parents=True, exist_ok=True)
    watch = Stopwatch()
    preset, settings = chosen_image_settings(None, {"seed": 1, "held_out": 0.0, **values})
    console.say("the demo: read the images, take a few labels, train, answer the others, export")
    with prepare_plankton(out / "plankton.fathom", console, watch) as study:
        with watch.stage("train"):
            train(study, settings, console)
        with watch.stage("predict"):
            job = predict_collection_job(study, stop=console.stop)
            console.follow(job, kept=_KEPT, polls_stop=True)
        with watch.stage("export"):
            for kind, name in EXPORTS.items():
                export = export_collection_job(study, kind, out / name, stop=console.stop)  # type: ignore[arg-type]
                console.follow(export, kept=_KEPT, polls_stop=True)
        with watch.stage("picture"):
            replace_bytes(out / "mosaic.png", mosaic_png(study))
        report = _report(study, preset, settings, watch)
    report["ecotaxa_faults"] = [str(fault) for fault in check_ecotaxa(out / EXPORTS["ecotaxa"])]
    replace_json(out / "report.json", report)
    return report


def mosaic_png(study: "CollectionStudy") -> bytes:
    """Draw the mosaic, grouped by what the model says, the most certain first; whole frames are people's."""
    import numpy as np

    from napari_fathom.plankton.exports.pictures import png_bytes
    from napari_fathom.plankton.mosaic import arrange
    from napari_fathom.plankton.mosaic_drawing import Said, draw_mosaic
    from napari_fathom.plankton.mosaic_layout import MosaicLayout, TileSize
    from napari_fathom.study.object_table import object_table

    table = object_table(study, study.answers())
    layout = MosaicLayout(arrange(table, "ambiguity", group_by="predicted"), 16, TileSize(heading=16))
    votes, answers = study.votes, study.answers()
    values = votes.hard()
    if answers is not None:
        values = np.where((values == 0) & answers.certain(), answers.values(), values)
    said = Said(values, votes.hard() > 0)
    colours = {info.value: info.colour for info in study.classes}
    return png_bytes(draw_mosaic(study.collection, layout, said, colours))


def _report(
    study: "CollectionStudy", preset: str, settings: "ImageSettings", watch: Stopwatch
) -> dict[str, Any]:
    """Tell what was done, and how well the images without a label were answered, by their folders' names."""
    from sklearn.metrics import accuracy_score, f1_score

    from napari_fathom.study.object_table import object_table

    table = object_table(study, study.answers())
    filed = study.collection.objects["class_name"]
    unlabelled = (table["status"] == "").to_numpy()
    told, answered = filed[unlabelled], table["predicted"][unlabelled]
    return {
        "images": len(table),
        "labelled": {info.name: study.votes.counts()[info.value] for info in study.classes},
        "answered": int(unlabelled.sum()),
        "accuracy_of_the_answered": round(float(accuracy_score(told, answered)), 3),
        "macro_f1_of_the_answered": round(float(f1_score(told, answered, average="macro")), 3),
        "ambiguous": int((table["ambiguity"] >= 0.5).sum()),
        "method": settings.method,
        "preset": preset,
        "settings": settings.model_dump(mode="json"),
        "seconds": watch.seconds,
        "seconds_in_all": round(sum(watch.seconds.values()), 2),
        "exports": dict(EXPORTS),
        "picture": "mosaic.png",
        "versions": {"napari-fathom": __version__},
    }
