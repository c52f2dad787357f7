"""What importing costs: the package, and `fathom --help`, in a fresh interpreter, median of several.

Processor time stands beside the clock's, since only it means something on a machine that does other things.

.venv/bin/python -m benchmarks.bench_import
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

CASES = {
    "python alone": "pass",
    "import napari_fathom": "import napari_fathom",
    "fathom --help": (
        "from click.testing import CliRunner; from napari_fathom.cli.app import fathom; "
        "CliRunner().invoke(fathom, ['--help'])"
    ),
}


def milliseconds(code: str, rounds: int) -> tuple[float, float]:
    """Median wall time and processor time of a fresh interpreter that runs `code`."""
    wall, processor = [], []
    for _ in range(rounds):
        start, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, "-c", code], check=True)
        after = os.times()
        wall.append(1000 * (time.perf_counter() - start))
        used = after.children_user + after.children_system - before.children_user - before.children_system
        processor.append(1000 * used)
    return statistics.median(wall), statistics.median(processor)


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    for name, code in CASES.items():
        wall, processor = milliseconds(code, rounds)
        print(f"{name:<22} {wall:7.1f} ms   {processor:7.1f} ms of processor time")


if __name__ == "__main__":
    main()
