import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how fast a busy machine draws examples says nothing about the code
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def shipped_data() -> Path:
    """Small real files that ship with the project; tests/data/SOURCES.md says where each is from."""
    return HERE / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The larger collection of real files that lies beside the checkout and never ships."""
    folder = Path(os.environ.get("FATHOM_DATA", HERE.parent.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(
            "no shared data beside the checkout; set FATHOM_DATA to the folder that holds echo/ and plankton/"
        )
    return folder
