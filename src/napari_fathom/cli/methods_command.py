"""`fathom methods`: how one can learn, and when to choose what."""

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options

if TYPE_CHECKING:
    from napari_fathom.learning.methods.shelf import Entry

__all__ = ["command"]

_WIDTH = 106  # of a line, without its margin
_FACTS = ("data", "needs_labels", "network", "presets")


@click.command("methods")
@console_options
def command(console: Console) -> None:
    """List the methods: name, paper, what each is for.

    The names are those of `fathom train --method`. What comes under *learn to see* looks at no label; put its
    name into the setting `pretrain`, and a number into `pretrain_epochs`, to have it go before another.

    \b
    Examples:
      fathom methods
      fathom methods --json
      fathom train plankton.fathom --method mean-teacher --set pretrain=iic --set pretrain_epochs=5
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.learning.methods.shelf import shelf

    entries = shelf()
    told = [
        {"name": entry.name, **asdict(entry.about), **{key: getattr(entry, key) for key in _FACTS}}
        for entry in entries
    ]
    console.result({"methods": told}, _table(entries))


def _table(entries: "tuple[Entry, ...]") -> str:
    parts = {
        "For echograms": [entry for entry in entries if entry.data == ("echograms",)],
        "For images": [entry for entry in entries if entry.data == ("images",) and entry.needs_labels],
        "To learn to see images, before": [entry for entry in entries if not entry.needs_labels],
        "Around any of them": [entry for entry in entries if len(entry.data) > 1],
    }
    width = max(len(entry.name) for entry in entries)
    lines = []
    for heading, part in parts.items():
        lines.append(f"{heading}:")
        for entry in part:
            told = [*wrap(entry.about.advice, _WIDTH - width), f"({entry.about.title}: {entry.about.paper})"]
            names = [entry.name, *[""] * (len(told) - 1)]
            lines += [f"  {name:{width}}  {line}" for name, line in zip(names, told, strict=True)]
        lines.append("")
    return "\n".join(lines).rstrip()
