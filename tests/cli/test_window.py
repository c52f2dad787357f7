"""What the command line does about a display."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from napari_fathom.cli import window
from napari_fathom.cli.app import fathom
from napari_fathom.errors import FathomError

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux can lack a display in a way we can ask for"
)


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@linux_only
@pytest.mark.usefixtures("no_display")
def test_open_without_a_display_says_what_to_do_instead() -> None:
    outcome = CliRunner().invoke(fathom, ["open"])
    assert outcome.exit_code == 1
    assert "fathom predict" in outcome.stderr


@linux_only
@pytest.mark.usefixtures("no_display")
def test_without_a_display_a_picture_needs_xvfb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not window.can_take_picture()
    with pytest.raises(FathomError, match="Install xvfb"):
        window.take_picture([], tmp_path / "viewer.png")
