"""`fathom train`: a model from painted strokes."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.settings_options import changed, setting_option, settings_table
from napari_fathom.cli.study_argument import device_option, opened, study_argument
from napari_fathom.errors import Cancelled

if TYPE_CHECKING:
    from napari_fathom.learning.settings import TrainSettings
    from napari_fathom.study import ModelRecord

__all__ = ["command"]

_FORMER = "Nothing was changed; the former model is still in force."


@click.command("train")
@study_argument
@click.option(
    "--labels",
    "label_files",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="First take labels from EVR, EVL, CRIMAC zarr, TIFF or npz; may be given many times.",
)
@click.option("--overwrite", is_flag=True, help="Let --labels replace what is painted already.")
@click.option("--preset", help="Settings to begin with: Paper, 'Workstation GPU' or 'Laptop CPU'.")
@click.option("--method", metavar="NAME", help="How to learn: predklus (default) or supseg.")
@click.option("--epochs", type=int, help="Passes at most; training ends earlier when nothing improves.")
@click.option("--seed", type=int, help="All randomness starts here.")
@click.option(
    "--start",
    default="scratch",
    show_default=True,
    metavar="scratch|last|FOLDER",
    help="Go on from random weights, the model in force, or a model's folder.",
)
@device_option
@click.option("--settings", "show", is_flag=True, help="List every setting with its value, and end.")
@setting_option
@console_options
def command(
    study_folder: Path,
    label_files: tuple[Path, ...],
    overwrite: bool,
    preset: str | None,
    method: str | None,
    epochs: int | None,
    seed: int | None,
    start: str,
    device: str | None,
    show: bool,
    values: dict[str, str],
    console: Console,
) -> None:
    """Train a model on what is painted in STUDY; it is in force once it is whole.

    The preset is chosen by the hardware found unless --preset names one. Ctrl-C keeps the best model so far.

    \b
    Examples:
      fathom train hake.fathom --labels regions.evr --labels seabed.evl
      fathom train hake.fathom --method supseg --epochs 40 --set learning_rate=0.001
    """  # noqa: D301 - click wants the backspace character itself
    named = {"method": method, "epochs": epochs, "seed": seed}
    given = {name: value for name, value in named.items() if value is not None}
    preset, settings = _settings(preset, {**given, **values})
    if show:
        click.echo(f"{settings_table(settings)}\n\npreset: {preset}")
        return
    from napari_fathom.study.jobs import import_labels_job, train_job

    with opened(study_folder) as study:
        for path in label_files:
            imported = import_labels_job(study, path, overwrite=overwrite, stop=console.stop)
            console.follow(imported, kept="Nothing was imported.", polls_stop=True)
        console.say(f"training {settings.method} with the preset {preset}")
        job = train_job(study, settings, start=_place(start), device=device, stop=console.stop)
        record = console.follow(job, kept=_FORMER, polls_stop=True)
    if console.stop.is_set():
        raise Cancelled(f"The best model so far is kept: {_sentence(record)}")
    console.result(
        record.model_dump(mode="json"), f"{_sentence(record)}. Next: fathom predict {study_folder}"
    )


def _settings(preset: str | None, values: dict[str, object]) -> "tuple[str, TrainSettings]":
    from napari_fathom.learning.hardware import find_hardware
    from napari_fathom.learning.methods import METHODS
    from napari_fathom.learning.presets import PRESETS, propose

    preset = preset or propose(find_hardware())
    if preset not in PRESETS:
        raise click.UsageError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    settings = changed(PRESETS[preset], values)
    if settings.method not in METHODS:
        raise click.UsageError(f"no method {settings.method!r}; there are {', '.join(METHODS)}")
    return preset, settings


def _place(start: str) -> Literal["scratch", "last"] | Path:
    match start:
        case "scratch":
            return "scratch"
        case "last":
            return "last"
        case folder:
            return Path(folder)


def _sentence(record: "ModelRecord") -> str:
    kappa = "no strokes held out" if record.kappa is None else f"kappa {record.kappa:.3f} on held-out strokes"
    return f"model {record.number} ({record.method}), {kappa}"
