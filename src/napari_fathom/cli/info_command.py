"""`fathom info`: what is in a study, a survey store or files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.plain_options import plain_options
from napari_fathom.cli.study_argument import opened

if TYPE_CHECKING:
    from napari_fathom.echogram import PlainOptions

__all__ = ["command"]


@click.command("info")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@plain_options
@console_options
def command(paths: tuple[Path, ...], plain: "PlainOptions | None", console: Console) -> None:
    """Tell what is in a study, a store, or files of one survey or collection; changes nothing.

    \b
    Examples:
      fathom info hake.fathom
      fathom info Summer2017-*.raw --json
      fathom info vignettes/
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.cli.summaries import as_lines

    summary = _summary(paths, plain, console)
    console.result(summary, as_lines(summary))


def _summary(paths: tuple[Path, ...], plain: "PlainOptions | None", console: Console) -> dict[str, Any]:
    from napari_fathom.cli.collections import collection_summary, tables_summary
    from napari_fathom.cli.summaries import echogram_summary, files_summary, study_summary
    from napari_fathom.echogram import Echogram, sniff
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.study.document import StudyDocument
    from napari_fathom.study.kinds import holds_images, require_known

    if holds_images(paths):
        if StudyDocument.at(paths[0]):
            with opened(CollectionStudy, paths[0], console, "r") as study:
                return collection_summary(study)
        return tables_summary(paths, console)
    if len(paths) == 1 and StudyDocument.at(paths[0]):
        with opened(Study, paths[0], console, "r") as survey:
            return study_summary(survey)
    if len(paths) == 1 and sniff(paths[0]) == "store":
        return echogram_summary(Echogram.open(paths[0]))
    require_known(paths)
    return console.follow(files_summary(paths, plain), kept="Nothing was changed.")
