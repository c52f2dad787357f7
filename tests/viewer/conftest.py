import pytest
from tests.viewer.surveys import make_echogram

from napari_fathom.echogram import Echogram


@pytest.fixture(scope="session")
def echogram(tmp_path_factory: pytest.TempPathFactory) -> Echogram:
    """A survey with a pyramid; made once, and nobody writes to it."""
    return make_echogram(tmp_path_factory.mktemp("survey"))
