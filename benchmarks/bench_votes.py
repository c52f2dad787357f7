"""How long until votes are safe on disk, in a collection of a million objects; how long to open, and to ask.

python benchmarks/bench_votes.py [FOLDER]
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from napari_fathom.labels import LARGEST_VOTE, Classes, VoteStore

OBJECTS = 1_000_000
CASTS = 50


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what}: {1e3 * (time.perf_counter() - start):.0f} ms")


def cast(store: VoteStore, votes: int) -> None:
    """Cast so many votes at once, again and again."""
    random = np.random.default_rng(votes)
    taken = []
    for number in range(CASTS):
        rows, values = random.choice(OBJECTS, votes, replace=False), random.integers(1, 301, votes)
        start = time.perf_counter()
        store.cast(rows, values, annotator=f"annotator {number % 5}")
        taken.append(time.perf_counter() - start)
    p50, p99 = np.percentile(taken, [50, 99])
    print(f"{votes:,} votes safe on disk: p50 {1e3 * p50:.1f} ms, p99 {1e3 * p99:.0f} ms")


def ask_meanwhile(store: VoteStore) -> None:
    """Ask what a window asks while another thread casts a vote on every object."""
    values = np.random.default_rng(1).integers(1, 301, OBJECTS)
    writer = threading.Thread(target=lambda: store.cast(np.arange(OBJECTS), values, annotator="everybody"))
    taken = []
    writer.start()
    while writer.is_alive():
        start = time.perf_counter()
        store.hard()
        store.label()
        taken.append(time.perf_counter() - start)
        time.sleep(0.005)
    writer.join()
    print(f"asked {len(taken):,} times while a million votes are cast: longest {1e3 * max(taken):.1f} ms")


def main(folder: Path) -> None:
    """Vote in one new store and open it again."""
    classes = Classes((), LARGEST_VOTE).with_all_added([f"taxon {number}" for number in range(300)])
    with timed(f"made for {OBJECTS:,} objects"):
        store = VoteStore.create(folder / "votes", [f"object_{row:07d}" for row in range(OBJECTS)], classes)
    cast(store, 1)
    cast(store, 10_000)
    values = np.random.default_rng(0).integers(1, 301, OBJECTS)
    with timed(f"{OBJECTS:,} predictions cast"):
        store.cast(np.arange(OBJECTS), values, annotator="model", status="predicted")
    with timed("what each is, and how many of each class"):
        store.hard(), store.label(), store.counts()
    more = classes.with_added("one more")
    with timed("a class added"):
        store.set_classes(more)
    with timed("a class removed"):
        store.set_classes(classes)
    ask_meanwhile(store)
    with timed("agreement of all"):
        store.agreement()
    with timed("table of all votes"):
        store.votes()
    with timed("closing"):
        store.close()
    with timed("opening"), VoteStore.open(folder / "votes"):
        pass
    (folder / "votes" / "votes.npz").unlink()
    with timed("opening by the journal alone"):
        VoteStore.open(folder / "votes", "r")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
