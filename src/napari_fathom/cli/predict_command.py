"""`fathom predict`: class, cluster and ambiguity of every cell."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.study_argument import device_option, opened, study_argument
from napari_fathom.cli.training import model_sentence

if TYPE_CHECKING:
    from napari_fathom.study import ModelRecord, Study

__all__ = ["command"]


@click.command("predict")
@study_argument
@click.option("--model", type=int, metavar="NUMBER", help="Another model, which is in force from then on.")
@click.option(
    "--shares",
    type=click.Choice(["auto", "on", "off"]),
    help="Correct for the survey's class shares: where held-out strokes favour it, always, or never.",
)
@device_option
@console_options
def command(
    study_folder: Path, model: int | None, shares: str | None, device: str | None, console: Console
) -> None:
    """Predict the class, cluster and ambiguity of every cell of STUDY.

    The former answer stays in force until the new one is whole. 'fathom info' lists the models.

    \b
    Examples:
      fathom predict hake.fathom
      fathom predict hake.fathom --shares off --device cpu
      fathom predict hake.fathom --model 1
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.study import Study
    from napari_fathom.study.class_shares import percent
    from napari_fathom.study.jobs import predict_job
    from napari_fathom.study.kinds import holds_images

    if holds_images([study_folder]):
        if shares is not None:
            raise click.UsageError("--shares is of surveys; this is a study of images")
        _predict_collection(study_folder, model, device, console)
        return

    with opened(Study, study_folder, console) as study:
        if shares is not None:
            study.update(shares=shares)
        job = predict_job(study, model=model, device=device, stop=console.stop)
        store = console.follow(
            job, kept="No new answer was kept; a former one is still in force.", polls_stop=True
        )
        found, by = predicted_shares(study), study.model_record(store.record.model)
    told = ", ".join(f"{name} {percent(share)}" for name, share in found.items())
    console.result(
        {"shares": found, "model": by.number},
        f"{_answered(by)} {told}. Next: fathom export {study_folder} --help",
    )


def _predict_collection(folder: Path, model: int | None, device: str | None, console: Console) -> None:
    import numpy as np

    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.jobs import predict_collection_job

    with opened(CollectionStudy, folder, console) as study:
        job = predict_collection_job(study, model=model, device=device, stop=console.stop)
        answers = console.follow(
            job, kept="No new answer was kept; a former one is still in force.", polls_stop=True
        )
        values, certain = answers.values(), answers.certain()
        found = {info.name: int((values[certain] == info.value).sum()) for info in study.classes}
        ambiguous = int(np.count_nonzero(~certain & (answers.cluster > 0)))
        by = study.model_record(answers.record.model)
    told = ", ".join(f"{name} {count:,}" for name, count in found.items() if count)
    words = f"{_answered(by)} Certain: {told or 'none'}; ambiguous, given a cluster: {ambiguous:,}"
    console.result(
        {"certain": found, "ambiguous": ambiguous, "model": by.number},
        f"{words}. Next: fathom export {folder} --help",
    )


def _answered(model: "ModelRecord") -> str:
    return f"Answered by {model_sentence(model)}; it is in force."


def predicted_shares(study: "Study") -> dict[str, float]:
    """Return the share of the survey that each class got, 1 in all; reads the answer block by block."""
    import numpy as np

    answer = study.prediction()
    if answer is None:
        return {}
    rows, pings = study.labels.shape
    counts = np.zeros(256, np.int64)
    for left in range(0, pings, 4096):
        values = answer.read("class", (0, rows, left, min(left + 4096, pings)))
        counts += np.bincount(values.ravel(), minlength=256)
    total = max(int(counts[1:].sum()), 1)
    return {info.name: int(counts[info.value]) / total for info in study.classes}
