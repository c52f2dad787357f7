"""`fathom simulate`: surveys and collections whose truth is known."""

from pathlib import Path

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.settings_options import setting_option, settings_table, validated

__all__ = ["command"]


@click.group("simulate")
def command() -> None:
    """Make data whose truth is known, to try methods and settings on."""


@command.command("echogram")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--pings", type=int, default=4096, show_default=True, help="Length of the survey.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed is another survey.")
@click.option(
    "--painted",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    metavar="PERCENT",
    help="Also paint this share of the cells as an expert would: strokes.npz.",
)
@click.option("--settings", "show", is_flag=True, help="List every setting with its value, and end.")
@setting_option
@console_options
def echogram(
    folder: Path,
    pings: int,
    seed: int,
    painted: float | None,
    show: bool,
    values: dict[str, str],
    console: Console,
) -> None:
    """Simulate a survey of several frequencies: speckle, noise, seabed, layers, sandeel and other fish.

    Leaves FOLDER/survey.npz, which every command reads without a question, FOLDER/truth.npz (the class of
    every cell) and FOLDER/settings.json.

    \b
    Examples:
      fathom simulate echogram sim --pings 8192 --seed 3 --painted 0.1
      fathom simulate echogram sim --set fish_share=0.02 --set frequency_hz=38000,120000
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.echogram.simulate import SimulationSettings, write_simulation

    settings = validated(SimulationSettings, {"pings": pings, "seed": seed, **values})
    if show:
        click.echo(settings_table(settings))
        return
    console.say(f"simulating {settings.pings} pings of {settings.samples} cells, seed {settings.seed}")
    survey = write_simulation(folder, settings)
    files = {"survey": survey, "truth": folder / "truth.npz"}
    if painted is not None:
        files["strokes"] = _paint(folder, painted / 100, settings.seed)
    console.result(files, f"wrote {', '.join(path.name for path in files.values())} in {folder}")


@command.command("plankton")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--objects", type=int, default=1200, show_default=True, help="How many images.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed is another collection.")
@click.option("--settings", "show", is_flag=True, help="List every setting with its value, and end.")
@setting_option
@console_options
def plankton(
    folder: Path, objects: int, seed: int, show: bool, values: dict[str, str], console: Console
) -> None:
    """Draw plankton whose forms turn into each other, with known soft labels and people's votes.

    Leaves FOLDER/images, a folder for each class that every command reads without a question,
    FOLDER/truth.csv (class and soft label of every image), FOLDER/votes.csv, both once more as the DCIC
    benchmark has them (annotations.json, dataset.json), and FOLDER/settings.json.

    \b
    Examples:
      fathom simulate plankton sim --objects 2000 --seed 3
      fathom simulate plankton sim --set ambiguous_share=0.5 --set class_names=copepod,pellet,detritus
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton

    settings = validated(PlanktonSettings, {"objects": objects, "seed": seed, **values})
    if show:
        click.echo(settings_table(settings))
        return
    console.say(
        f"drawing {settings.objects} objects of {len(settings.class_names)} classes, seed {settings.seed}"
    )
    images = write_simulated_plankton(folder, settings)
    files = {"images": images, "truth": folder / "truth.csv", "votes": folder / "votes.csv"}
    console.result(files, f"wrote {', '.join(path.name for path in files.values())} in {folder}")


def _paint(folder: Path, share: float, seed: int) -> Path:
    from io import BytesIO

    import numpy as np

    from napari_fathom.echogram.simulate_paint import paint
    from napari_fathom.files import replace_bytes

    with np.load(folder / "truth.npz", allow_pickle=False) as truth:
        try:
            painting = paint(truth["labels"], share, seed)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--painted") from error
        names = truth["class_names"]
    arrays = {
        "labels": painting.labels,
        "strokes": painting.strokes,
        "class_values": np.arange(1, len(names) + 1, dtype=np.uint8),
        "class_names": names,
    }
    stream = BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    path = folder / "strokes.npz"
    replace_bytes(path, stream.getvalue())
    return path
