"""Accuracy on an unseen simulated survey: docs/benchmarks.md has the command and the table.

Resumable: a run whose lines are in the results is skipped, one whose answer is kept is only scored again.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from benchmarks.accuracy_runs import Answer, Run, run_once
from benchmarks.accuracy_scores import scores_of
from napari_fathom.echogram.simulate import SimulationSettings, simulate
from napari_fathom.evaluation.surveys import UNSEEN
from napari_fathom.files import append_line

RESULTS = Path(__file__).parent / "results" / "accuracy.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", default="supseg,predklus")
    parser.add_argument("--recipes", default="painted,rest", help="painted pixels alone; or rest class too")
    parser.add_argument("--shares", default="0.001,0.01,0.05", help="of all cells, painted")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--pings", type=int, default=4096, help="of each survey")
    parser.add_argument("--steps", type=int, default=800, help="mini-batches")
    parser.add_argument("--answers", type=Path, required=True, help="folder for the networks' answers")
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help="file that gets one JSON line a run and way"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.answers.mkdir(parents=True, exist_ok=True)
    done = _done(options.out)
    for run in _runs(options):
        if run.name in done:
            continue
        path = options.answers / f"{run.name}.npz"
        if not path.exists():
            run_once(run, options.pings, options.steps).save(path)
        answer = Answer.load(path)
        truth = simulate(SimulationSettings(pings=options.pings, seed=run.seed + UNSEEN)).truth
        for line in scores_of(run, answer, truth):
            append_line(options.out, json.dumps(line))
        print(f"{run.name}: {answer.seconds:.0f} s", flush=True)


def _runs(options: argparse.Namespace) -> list[Run]:
    return [
        Run(method, recipe, float(share), int(seed))
        for seed in options.seeds.split(",")
        for recipe in options.recipes.split(",")
        for share in options.shares.split(",")
        for method in options.methods.split(",")
    ]


def _done(results: Path) -> set[str]:
    if not results.exists():
        return set()
    lines = map(json.loads, results.read_text().splitlines())
    return {Run(line["method"], line["recipe"], line["share"], line["seed"]).name for line in lines}


if __name__ == "__main__":
    main()
