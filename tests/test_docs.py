"""The pages say what the program does."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^\s*(?:\$ )?fathom ([a-z]+)((?: .*)?)$", re.MULTILINE)


def test_the_page_of_commands_is_what_help_prints() -> None:
    """If this fails: python docs/make_cli_page.py."""
    made = runpy.run_path(str(ROOT / "docs" / "make_cli_page.py"))["page"]()
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_on_the_pages_have_options_that_exist(page: Path) -> None:
    import click

    from napari_fathom.cli.app import fathom

    for name, rest in COMMAND.findall(page.read_text("utf-8")):
        command = fathom.get_command(click.Context(fathom), name)
        assert command is not None, f"fathom {name}"
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest.split()[0])
            assert command is not None, f"fathom {name} {rest}"
        known = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        asked = set(re.findall(r"(?<=\s)--[a-z-]+", rest)) - {"--help"}
        assert asked <= known, f"fathom {name}: {asked - known}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    prose = re.sub(r"^ {4}.*$", "", prose, flags=re.MULTILINE)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_nothing_on_the_pages_comes_from_one_machine() -> None:
    for page in PAGES:
        assert not re.search(r"(/home/|/work/|/root/|C:\\)", page.read_text("utf-8")), page.name
