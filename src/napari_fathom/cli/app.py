"""The group `fathom`; each command lives in its own module and is imported only when it is called."""

from importlib import import_module

import click

from napari_fathom import __version__

__all__ = ["fathom"]

COMMANDS = (
    "info", "convert", "train", "predict", "export", "methods", "evaluate", "simulate", "demo", "open",
)  # fmt: skip


class _LazyGroup(click.Group):
    """Imports a command's module when it is asked for, so that `fathom --help` answers at once."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"napari_fathom.cli.{name}_command").command
        return command


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="fathom")
def fathom() -> None:
    """From a sounder's raw file to exported labels.

    \b
    A first walk:
      fathom convert D2017-*.raw --study hake.fathom    read, grid and keep the survey
      fathom open hake.fathom                           paint a few strokes, press Retrain
    \b
    The same without a screen:
      fathom train hake.fathom --labels strokes.npz     learn from labels made anywhere
      fathom predict hake.fathom                        class, cluster and ambiguity of every pixel
      fathom export hake.fathom --evr hake.evr          for Echoview; also EVL, CRIMAC zarr, TIFF, npz, NASC

    Ctrl-C stops any of them; what was whole before stays. Exit codes: 0 done, 1 something you can mend
    (the line on stderr says what), 2 a wrong option, 130 stopped.
    """  # noqa: D301 - click wants the backspace character itself
