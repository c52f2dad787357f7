"""Few labels in, segmentation, cluster and ambiguity out: echograms and plankton in napari."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("napari-fathom")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
