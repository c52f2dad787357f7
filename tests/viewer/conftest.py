from pathlib import Path

import pytest
from qtpy.QtCore import QSettings
from tests.viewer.studies import make_answered
from tests.viewer.surveys import make_echogram

from napari_fathom.echogram import Echogram


@pytest.fixture(scope="session")
def echogram(tmp_path_factory: pytest.TempPathFactory) -> Echogram:
    """A survey with a pyramid; made once, and nobody writes to it."""
    return make_echogram(tmp_path_factory.mktemp("survey"))


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study with strokes, a model and an answer; tests work on copies (`studies.copy_of`)."""
    return make_answered(tmp_path_factory.mktemp("answered"))


@pytest.fixture(autouse=True)
def memory(tmp_path: Path) -> None:
    """Let what the program remembers of its user be this test's own."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "memory"))
