"""One run, from its data to its row of figures."""

from datetime import UTC, datetime
from pathlib import Path

import torch

from napari_fathom import __version__
from napari_fathom.evaluation.answers import ImageQuestion, NotInstalled, PixelQuestion
from napari_fathom.evaluation.costs import both, measured
from napari_fathom.evaluation.encoders import encoder_for
from napari_fathom.evaluation.figures import Figures, rounded
from napari_fathom.evaluation.image_rivals import IMAGE_RIVALS
from napari_fathom.evaluation.image_scores import image_scores
from napari_fathom.evaluation.images import ClassFolders, DigitImages, SimulatedImages
from napari_fathom.evaluation.known import KnownImages
from napari_fathom.evaluation.labelling import draw_labels, paint_patches, paint_strokes
from napari_fathom.evaluation.pixel_rivals import PIXEL_RIVALS
from napari_fathom.evaluation.pixel_scores import pixel_scores
from napari_fathom.evaluation.results import DONE, FAILED, PASSED_OVER, Row
from napari_fathom.evaluation.runs import Run
from napari_fathom.evaluation.shelf_methods import answer_images, answer_pixels
from napari_fathom.evaluation.suite import EchogramSuite
from napari_fathom.evaluation.surveys import SimulatedSurvey, SurveyFile
from napari_fathom.learning.hardware import best_device
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.settings import TrainSettings

__all__ = ["failed_row", "run_once", "status_of"]

_PLAIN = "plain"


def run_once(run: Run, cache: Path) -> list[Row]:
    """Make or read the data, let the method learn and answer, and judge it: a row for each way.

    Parameters
    ----------
    run : Run
    cache : Path
        Folder where measured images and encoders are kept for further runs.

    Raises
    ------
    FathomError
        As the method raises it; NotInstalled where a rival can't enter.
    """
    if isinstance(run.suite, EchogramSuite):
        return _run_on_survey(run, run.suite)
    known = _known_images(run, cache)
    drawn = draw_labels(known, int(run.budget), run.suite.unseen_share, run.seed)
    settings = run.settings
    assert isinstance(settings, ImageSettings)
    if run.suite.clusters_as_classes:
        settings = settings.model_copy(update={"clusters": len(known.names)})
    asked = ImageQuestion(known, drawn.target, drawn.shown, settings)
    rival = IMAGE_RIVALS.get(run.entrant.method)
    start, before = encoder_for(run, asked, cache)
    answer, cost = measured(lambda: answer_images(asked, start) if rival is None else rival.answer(asked))
    figures = image_scores(known.part(drawn.judged), answer.part(drawn.judged))
    cost = both(before, {**cost, "seconds": answer.seconds})
    return [_row(run, _PLAIN, DONE, known.names, {**figures, **rounded(cost)})]


def failed_row(run: Run, error: str, status: str = FAILED) -> Row:
    """What is kept of a run that came to nothing."""
    return _row(run, _PLAIN, status, (), {}) | {"error": error}


def status_of(error: Exception) -> str:
    """Whether a run failed, or was none of this machine's."""
    return PASSED_OVER if isinstance(error, NotInstalled) else FAILED


def _run_on_survey(run: Run, suite: EchogramSuite) -> list[Row]:
    source, settings = run.source, run.settings
    assert isinstance(source, SimulatedSurvey | SurveyFile)
    assert isinstance(settings, TrainSettings)
    known = source.read(run.seed)
    if suite.labels == "patches":
        painting, share = paint_patches(
            known.truth, run.budget, settings.patch, run.seed, suite.validation_patches
        )
        if suite.validation_patches:
            settings = settings.model_copy(update={"held_out": min(share, 0.5)})
    else:
        painting = paint_strokes(known.truth, run.budget, run.seed)
    asked = PixelQuestion(known, painting.labels, painting.strokes, settings)
    rival = PIXEL_RIVALS.get(run.entrant.method)
    answer, cost = measured(lambda: answer_pixels(asked) if rival is None else rival.answer(asked))
    cost["seconds"] = answer.seconds
    by_way = pixel_scores(known.unseen_truth, answer, suite.ways, run.seed)
    return [
        _row(run, way, DONE, known.names, {**figures, **rounded(cost)}) for way, figures in by_way.items()
    ]


def _known_images(run: Run, cache: Path) -> KnownImages:
    kept = cache / f"{run.data_key}.npz"
    if kept.exists():
        return KnownImages.load(kept)
    source = run.source
    assert isinstance(source, DigitImages | SimulatedImages | ClassFolders)
    known = source.read(run.seed)
    known.save(kept)
    return known


def _row(run: Run, way: str, status: str, names: tuple[str, ...], figures: Figures) -> Row:
    return {
        "key": run.key,
        "suite": run.suite.name,
        "kind": run.suite.kind,
        "data": run.data,
        "method": run.entrant.method,
        "name": run.entrant.called,
        "budget": float(run.budget),
        "seed": run.seed,
        "way": way,
        "status": status,
        "error": "",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "device": best_device(),
        "threads": torch.get_num_threads(),
        "settings": run.settings.model_dump_json(),
        "fingerprint": run.fingerprint,
        "class_names": list(names),
        **figures,
    }
