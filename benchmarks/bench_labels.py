"""How long until a stroke is safe on disk, on a survey of a million pings, and how long opening takes.

python benchmarks/bench_labels.py [FOLDER]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from napari_fathom.labels import LabelStore

SHAPE = (1000, 1_000_000)
STROKES = 400


def main(folder: Path) -> None:
    random = np.random.default_rng(0)
    disc = np.hypot(*np.ogrid[-1:1:60j, -1:1:200j]) < 1
    taken = []
    store = LabelStore.create(folder / "labels", SHAPE)
    for stroke in range(STROKES):
        top, left = random.integers(0, SHAPE[0] - 60), random.integers(0, SHAPE[1] - 200)
        box = (int(top), int(top) + 60, int(left), int(left) + 200)
        start = time.perf_counter()
        store.write(box, 1 + stroke % 3, disc, origin="paint")
        taken.append(time.perf_counter() - start)
    p50, p99 = np.percentile(taken, [50, 99])
    print(
        f"stroke safe on disk: p50 {1e3 * p50:.1f} ms, p99 {1e3 * p99:.0f} ms, max {1e3 * max(taken):.0f} ms"
    )
    start = time.perf_counter()
    store.snapshot(folder / "snapshot")
    print(f"snapshot of {len(store.painted_boxes())} chunks: {1e3 * (time.perf_counter() - start):.0f} ms")
    store.close()
    start = time.perf_counter()
    with LabelStore.open(folder / "labels") as again:
        again.counts()
    print(f"opening: {1e3 * (time.perf_counter() - start):.1f} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
