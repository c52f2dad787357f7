"""What importing costs: the package, and `fathom --help`, in a fresh interpreter, median of several.

.venv/bin/python -m benchmarks.bench_import
"""

import argparse
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


def milliseconds(code: str, rounds: int) -> float:
    """Median wall time of a fresh interpreter that runs `code`."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    bare = milliseconds(CASES["python alone"], rounds)
    for name, code in CASES.items():
        took = milliseconds(code, rounds)
        print(f"{name:<22} {took:7.1f} ms   {took - bare:+7.1f} ms over the interpreter")


if __name__ == "__main__":
    main()
