"""`fathom convert`: files to a survey store, and a study of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.image_options import image_options as _image_options
from napari_fathom.cli.plain_options import plain_options
from napari_fathom.cli.summaries import echogram_summary, study_summary

if TYPE_CHECKING:
    from napari_fathom.echogram import Echogram, PlainOptions
    from napari_fathom.labels import Classes
    from napari_fathom.plankton import ImageOptions

__all__ = ["command"]

_KEPT = "What is converted stays; the same command goes on from there."


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--study", type=click.Path(path_type=Path), metavar="NAME.fathom", help="Make this study.")
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="NAME.sv.zarr",
    help="Make only a survey store, no study.",
)
@click.option(
    "--main-khz", type=float, metavar="KHZ", help="Frequency whose cells are the grid; default the finest."
)
@click.option(
    "--seabed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="NAME.evl",
    help="Take the seabed from this Echoview line instead of the files.",
)
@click.option("--upward/--downward", default=None, help="The sounder looks up from a mooring; default down.")
@click.option(
    "--class",
    "class_names",
    multiple=True,
    metavar="NAME",
    help="What may be painted, once for each class; default background, sandeel, other fish. Images: beside "
    "the classes that the files name.",
)
@plain_options
@_image_options
@click.option(
    "--suggested", is_flag=True, help="Images: take what is recommended after a look at a few of them."
)
@console_options
def command(
    files: tuple[Path, ...],
    study: Path | None,
    store: Path | None,
    main_khz: float | None,
    seabed: Path | None,
    upward: bool | None,
    class_names: tuple[str, ...],
    plain: "PlainOptions | None",
    image_options: "ImageOptions | None",
    suggested: bool,
    console: Console,
) -> None:
    """Read files of one survey or collection, and keep it as a study.

    FILES may be EK60/EK80 .raw (a .bot beside one becomes the seabed), echopype Sv or MVBS, CRIMAC zarr,
    npz, or bare npy, npz and mat with the options that say what they don't: all frequencies are put on one
    grid. Or images: folders (one for each class, or flat), EcoTaxa exports and import sets (zip or folder),
    IFCB bins, multi-page TIFF, a CSV of paths and labels, MorphoCluster zips: classes and labels are taken
    from them. What a few images speak for (a scale bar to crop, a camera of 12 bits, dark on light) is told
    and taken only when asked; the same command with other options looks at the images anew, and keeps their
    labels. An interrupted conversion goes on where it stopped when the same command is given again.

    \b
    Examples:
      fathom convert Summer2017-*.raw --study hake.fathom
      fathom convert vignettes/ --study plankton.fathom
      fathom convert zooscan.zip --study plankton.fathom --suggested --invert
      fathom convert sv.npy --axes frequency,range,ping --scale db --khz 38,120 --range-step 0.2 \\
          --ping-interval 1 --study mine.fathom
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.cli.image_conversion import convert_images
    from napari_fathom.study.kinds import holds_images, require_known

    hertz = None if main_khz is None else 1000 * main_khz
    if (study is None) == (store is None):
        raise click.UsageError("say where to: --study NAME.fathom, or --store NAME.sv.zarr for no study")
    if holds_images(files):
        if main_khz is not None or seabed is not None or upward is not None or plain is not None:
            raise click.UsageError(
                "--main-khz, --seabed, --upward and options of bare arrays are of surveys; these are images"
            )
        if study is None:
            raise click.UsageError("images go into a study: --study NAME.fathom")
        classes = _classes(class_names, images=True)
        summary = convert_images(
            files,
            study,
            console,
            options=image_options,
            suggested=suggested,
            classes=classes,
            kept=_KEPT,
        )
        told = f"{study}: {summary['objects']:,} objects, {len(summary['labelled_objects'])} classes"
        console.result(summary, f"{told}. {_next(study, any(summary['labelled_objects'].values()))}")
        return
    require_known(files)
    if seabed is not None:
        from napari_fathom.echogram import read_evl

        read_evl(seabed)  # what is no line at all is told now, not when everything has been converted
    if store is not None:
        from napari_fathom.echogram import convert

        events = convert(files, store, main_frequency_hz=hertz, plain=plain, upward=upward)
        echogram = _with_seabed(console.follow(events, kept=_KEPT), seabed)
        console.result(echogram_summary(echogram), f"{store}: {_size(echogram)}")
    elif study is not None:
        from napari_fathom.study import Study
        from napari_fathom.study.jobs import convert_job

        job = convert_job(
            files,
            study,
            classes=_classes(class_names),
            main_frequency_hz=hertz,
            plain=plain,
            upward=upward,
        )
        with console.follow(job, kept=_KEPT) as made:
            _with_seabed(made.echogram, seabed)
        with Study.open(study, "r") as made:  # with that seabed
            summary = study_summary(made)
            told = f"{study}: {_size(made.echogram)}"
            console.result(summary, f"{told}. {_next(study, any(summary['painted_pixels'].values()))}")


def _with_seabed(echogram: "Echogram", line: Path | None) -> "Echogram":
    """Give a survey the seabed of an Echoview line, and open it anew."""
    from napari_fathom.echogram import Echogram, set_seabed
    from napari_fathom.echogram.exchange import read_seabed_evl

    if line is None:
        return echogram
    set_seabed(echogram.path, read_seabed_evl(line, echogram))
    return Echogram.open(echogram.path)


def _classes(names: tuple[str, ...], *, images: bool = False) -> "Classes | None":
    from napari_fathom.labels import LARGEST_VOTE, Classes

    if not names:
        return None
    classes = Classes((), LARGEST_VOTE) if images else Classes(())
    for name in names:
        classes = classes.with_added(name)
    return classes


def _next(study: Path, labelled: bool) -> str:
    """What to do with a study: in the window, or without; without labels there is nothing to train on."""
    return f"Next: fathom open {study}, or fathom train {study}{'' if labelled else ' --labels FILE'}"


def _size(echogram: "Echogram") -> str:
    frequencies = ", ".join(f"{hertz / 1000:g}" for hertz in echogram.frequency_hz)
    return f"{echogram.shape[2]} pings of {echogram.shape[1]} cells at {frequencies} kHz"
