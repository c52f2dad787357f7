"""The console script `fathom`: the viewer's jobs without a screen."""

import os

__all__ = ["main"]


def main() -> None:
    """Run the command line; the process ends with its exit code (0, 1, 2 or 130)."""
    # torch's threads would spin while they wait: on a busy machine a step took 10 s instead of 0.5 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded

    from napari_fathom.cli.app import fathom

    fathom(prog_name="fathom")
