"""The package as a whole: what importing it costs, and what it promises to napari."""

import subprocess
import sys

import pytest
from npe2 import PluginManifest

HEAVY = {"torch", "napari", "qtpy", "PyQt6", "zarr", "dask", "xarray", "echopype", "scipy", "pandas"}


def modules_after(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
    )


@pytest.mark.parametrize("module", ["napari_fathom", "napari_fathom.cli.app", "napari_fathom.cli.console"])
def test_importing_is_light(module: str) -> None:
    assert not modules_after(f"import {module}") & HEAVY


def test_the_manifest_is_found_by_the_name_on_pypi() -> None:
    assert PluginManifest.from_distribution("napari-fathom").display_name == "Fathom"


def test_every_python_name_in_the_manifest_exists() -> None:
    manifest = PluginManifest.from_distribution("napari-fathom")
    manifest.validate_imports()
