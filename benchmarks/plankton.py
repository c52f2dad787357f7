"""Macro F1, accuracy, calibration and ambiguity on UVP6 and on simulated images: docs/benchmarks-plankton.md.

A few images of each class have a label, all others are answered. Resumable: a run whose line is in the
results is skipped. Nothing was chosen on seeds 0 to 4; choices were made on seeds 100 to 109.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from benchmarks.plankton_data import FOLDER, KnownImages, fewer, labelled_rows, read_folders, simulated
from benchmarks.plankton_methods import METHODS, Question
from benchmarks.plankton_scores import scores
from napari_fathom.files import append_line

RESULTS = Path(__file__).parent / "results" / "plankton.jsonl"


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    changes = {} if options.epochs is None else {"epochs": options.epochs}
    done = _done(options.out)
    for seed in map(int, options.seeds.split(",")):
        for each in map(int, options.labels.split(",")):
            for method in options.methods.split(","):
                if (method, each, seed) not in done:
                    line = run(_collection(options, seed), method, each, seed, changes)
                    append_line(options.out, json.dumps(line))
                    print(line, flush=True)


def run(
    known: KnownImages, method: str, each: int, seed: int, changes: Mapping[str, object]
) -> dict[str, object]:
    """Learn from `each` labels a class, and score the answers for all other images."""
    rows = labelled_rows(known.said, each, seed)
    target = np.zeros_like(known.truth)
    target[rows] = known.said[rows]
    started = time.process_time()
    answer = METHODS[method](Question(known, target, seed, changes))
    seconds = time.process_time() - started
    found = {"method": method, "labels": each, "seed": seed} | scores(known, target == 0, answer)
    return found | dict(changes) | {"seconds": round(seconds, 1)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", default=",".join(METHODS), help="names, with commas between")
    parser.add_argument("--labels", default="5,10,25", help="of each class")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--folder", type=Path, help="another folder of classes than folders_uvp6_10")
    parser.add_argument("--rare", type=int, help="keep so many images of all classes but the most frequent")
    parser.add_argument("--simulated", choices=("easy", "hard"), help="known soft labels instead of a folder")
    parser.add_argument("--objects", type=int, default=800, help="simulated ones, anew for each seed")
    parser.add_argument("--epochs", type=int, help="of 40 mini-batches; without it the preset's 15")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file that gets one JSON line a run")
    options = parser.parse_args()
    if options.out == RESULTS and (options.folder or options.rare or options.simulated or options.epochs):
        parser.error("these are other runs than those in the usual results: name a file with --out")
    return options


def _collection(options: argparse.Namespace, seed: int) -> KnownImages:
    if options.simulated:
        return _simulated(options.objects, seed, options.simulated == "hard")
    known = _folders(options.folder)
    return known if options.rare is None else fewer(known, options.rare, seed)


@cache
def _folders(folder: Path | None) -> KnownImages:
    return read_folders(folder or FOLDER)


@cache
def _simulated(objects: int, seed: int, hard: bool) -> KnownImages:
    return simulated(objects, seed, hard=hard)


def _done(results: Path) -> set[tuple[str, int, int]]:
    lines = map(json.loads, results.read_text().splitlines()) if results.exists() else ()
    return {(line["method"], line["labels"], line["seed"]) for line in lines}


if __name__ == "__main__":
    main()
