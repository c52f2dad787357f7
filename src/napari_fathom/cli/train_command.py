"""`fathom train`: a model from painted strokes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.settings_options import pairs_option, setting_option, settings_table
from napari_fathom.cli.study_argument import device_option, opened, study_argument
from napari_fathom.cli.training import model_sentence, train
from napari_fathom.cli.training_choice import chosen_image_settings, chosen_settings

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.study.jobs.starts import Start

__all__ = ["command"]


@click.command("train")
@study_argument
@click.option(
    "--labels",
    "label_files",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    metavar="FILE|FOLDER",
    help="First take labels from EVR, EVL, CRIMAC zarr, TIFF or npz; for images from a CSV or TSV of ids and "
    "classes, a folder of a folder for each class, an EcoTaxa set, or a list of classes. May be given many "
    "times.",
)
@pairs_option(
    "--map",
    "aliases",
    "FOUND=CLASS",
    "'sand eel=sandeel'",
    "What --labels, or the model of --start FOLDER, call a class of the study (or its number, where labels "
    "have no names); may be repeated.",
)
@click.option(
    "--labelled-by",
    metavar="NAME",
    help="Images: whose labels those of --labels are where the file doesn't say; default the file's name.",
)
@click.option(
    "--accept-predicted",
    "annotator",
    metavar="NAME",
    help="First validate, in this person's name, all labels of images that only a machine gave.",
)
@click.option("--overwrite", is_flag=True, help="Surveys: let --labels replace what is painted already.")
@click.option("--preset", help="Settings to begin with: paper, workstation or laptop.")
@click.option(
    "--method", metavar="NAME", help="How to learn: predklus or supseg on surveys; mean-teacher, … on images."
)
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
    aliases: dict[str, str],
    labelled_by: str | None,
    annotator: str | None,
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
    """Train a model on what is labelled in STUDY, survey or images; it is in force once it is whole.

    The preset is chosen by the hardware found unless --preset names one. Ctrl-C keeps the model so far. Where
    nothing is painted yet, the classes that --labels bring become the study's.

    \b
    Examples:
      fathom train hake.fathom --labels regions.evr --map "Sand eel=sandeel" --labels seabed.evl
      fathom train plankton.fathom --method mean-teacher
      fathom train plankton.fathom --labels ours.csv --labelled-by Ada --map Krill=Euphausiacea
      fathom train hake.fathom --method supseg --epochs 40 --set learning_rate=0.001
    """  # noqa: D301 - click wants the backspace character itself
    if aliases and not label_files and start in ("scratch", "last"):
        raise click.UsageError(
            "--map goes with --labels or --start FOLDER: it says what their class names mean here"
        )
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.study.kinds import holds_images
    from napari_fathom.study.machine_labels import accept_predicted

    images = holds_images([study_folder])
    if not images and (annotator or labelled_by):
        raise click.UsageError(
            "--accept-predicted and --labelled-by are of images; this is a study of a survey"
        )
    if images and overwrite:
        raise click.UsageError("--overwrite is of surveys; of images everybody's latest vote counts")
    named = {"method": method, "epochs": epochs, "seed": seed}
    given = {name: value for name, value in named.items() if value is not None} | values
    settings: SharedSettings
    preset, settings = chosen_image_settings(preset, given) if images else chosen_settings(preset, given)
    if show:
        click.echo(f"{settings_table(settings)}\n\npreset: {preset}")
        return
    kind: type[Study | CollectionStudy] = CollectionStudy if images else Study
    with opened(kind, study_folder, console) as study:
        if isinstance(study, Study):
            _take_labels(study, label_files, aliases, overwrite, console)
        else:
            _take_votes(study, label_files, aliases, labelled_by, console)
            if annotator is not None:
                accepted = accept_predicted(study.votes, annotator)
                console.say(f"{accepted.objects:,} predicted labels are validated now, by {annotator}")
        console.say(f"training {settings.method} with the preset {preset}")
        record = train(study, settings, console, start=_place(start), aliases=aliases, device=device)
    console.result(
        record.model_dump(mode="json"), f"{model_sentence(record)}. Next: fathom predict {study_folder}"
    )


def _take_labels(
    study: "Study", label_files: tuple[Path, ...], aliases: dict[str, str], overwrite: bool, console: Console
) -> None:
    """Lay files of labels on a survey; in one where nothing is painted, with the classes that they name."""
    from napari_fathom.study.jobs import import_labels_job

    adopt = not any(study.labels.counts().values())
    for path in label_files:
        imported = import_labels_job(
            study, path, aliases=aliases, overwrite=overwrite, adopt=adopt, stop=console.stop
        )
        console.follow(imported, kept=f"Nothing of {path.name} was imported.", polls_stop=True)


def _take_votes(
    study: "CollectionStudy",
    label_files: tuple[Path, ...],
    aliases: dict[str, str],
    labelled_by: str | None,
    console: Console,
) -> None:
    """Cast what files say of a collection's objects."""
    from napari_fathom.study.jobs import import_votes_job

    for path in label_files:
        imported = import_votes_job(study, path, annotator=labelled_by, aliases=aliases, stop=console.stop)
        events = console.follow(imported, kept=f"Nothing of {path.name} was imported.", polls_stop=True)
        people = ", ".join(sorted({event.annotator for event in events}))
        told = f"{path.name}: {sum(event.objects for event in events):,} labels imported"
        console.say(f"{told}, as votes of {people}" if people else told)


def _place(start: str) -> "Start":
    match start:
        case "scratch":
            return "scratch"
        case "last":
            return "last"
        case folder:
            return Path(folder)
