"""Write docs/cli.md from the commands' own help, so that the page cannot drift from the program."""

from pathlib import Path

import click

from napari_fathom.cli.app import fathom

PAGE = Path(__file__).with_name("cli.md")
INTRODUCTION = """# Command line

Made by `docs/make_cli_page.py` from what `--help` prints. [Work without a screen](howto/headless.md) tells
when to use which.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_sections(fathom, _context(fathom, "fathom"), 2)])


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, **command.context_settings)


def _sections(command: click.Command, context: click.Context, depth: int) -> list[str]:
    context.max_content_width = context.terminal_width = 110
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    sections = [f"{'#' * depth} {context.command_path}\n", f"```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                sections += _sections(child, _context(child, name, context), depth + 1)
    return sections


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
