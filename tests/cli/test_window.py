"""What the command line does about a display."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from napari_fathom.cli import window
from napari_fathom.cli.app import fathom
from napari_fathom.errors import FathomError

SLOW_WINDOW = """
import os, signal, sys, threading

def close(*_):
    threading.Event().wait(0.5)  # its last stroke is being saved
    open(sys.argv[1], "w").close()
    os._exit(0)

signal.signal(signal.SIGINT, close)
os.kill(os.getppid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGINT)
"""
COMMAND_LINE = """
import os, sys
from napari_fathom.cli import window

try:
    window._run([sys.executable, "-c", sys.argv[1], sys.argv[2]], dict(os.environ))
except KeyboardInterrupt:
    sys.exit(0 if os.path.exists(sys.argv[2]) else 1)
"""

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


@pytest.mark.skipif(sys.platform == "win32", reason="signals to one's own child are POSIX")
def test_ctrl_c_in_the_terminal_lets_the_window_close_by_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMMAND_LINE, SLOW_WINDOW, str(tmp_path / "saved")]
    assert subprocess.run(command, check=False).returncode == 0
