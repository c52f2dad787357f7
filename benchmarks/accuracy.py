"""Accuracy on an unseen simulated survey: see docs/benchmarks.md for the command and the table."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from benchmarks.accuracy_runs import Run, run_once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", default="supseg,predklus")
    parser.add_argument("--recipes", default="painted,rest")
    parser.add_argument("--shares", default="0.001,0.01,0.05")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--pings", type=int, default=4096)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument(
        "--answers", type=Path, required=True, help="folder of finished runs; they are not repeated"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.answers.mkdir(parents=True, exist_ok=True)
    runs = [
        Run(method, recipe, float(share), int(seed))
        for seed in options.seeds.split(",")
        for recipe in options.recipes.split(",")
        for share in options.shares.split(",")
        for method in options.methods.split(",")
    ]
    for run in runs:
        path = options.answers / f"{run.name}.npz"
        if not path.exists():
            answer = run_once(
                run, options.pings, options.steps, lambda text, name=run.name: print(name, text)
            )
            answer.save(path)
            print(f"{run.name}: {answer.seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
