"""The console script `fathom`: the viewer's jobs without a screen."""

__all__ = ["main"]


def main() -> None:
    """Run the command line; the process ends with its exit code (0, 1, 2 or 130)."""
    from napari_fathom.cli.app import fathom

    fathom(prog_name="fathom")
