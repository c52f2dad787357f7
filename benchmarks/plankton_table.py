"""Print the results of plankton.py as the tables of docs/benchmarks-plankton.md."""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.plankton import RESULTS
from benchmarks.plankton_methods import METHODS

Line = dict[str, Any]
Groups = Mapping[tuple[str, int], Sequence[Line]]

_BY_BUDGET = {
    "f1_macro": "Macro F1",
    "accuracy": "Accuracy",
    "ece": "Expected calibration error",
    "auc_ambiguous_hesitation": "AUC of 1 − max p against the soft labels",
}
_AT_ONE = {
    "ece_votes": "ECE, votes",
    "auc_ambiguous_hesitation": "ambiguous: 1 − max p",
    "auc_ambiguous": "… head",
    "auc_wrong_hesitation": "wrong: 1 − max p",
    "auc_wrong": "… head",
    "called_ambiguous": "a ≥ 0.5",
    "purity": "purity of clusters",
    "d_classes": "d, classes",
    "d_clusters": "d, clusters where a ≥ 0.5",
    "d_clusters_all": "d, clusters",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--at", type=int, default=10, help="labels of the tables of ambiguity and of each class"
    )
    options = parser.parse_args()
    groups: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for text in options.results.read_text().splitlines():
        line = json.loads(text)
        groups[line["method"], line["labels"]].append(line)
    budgets = sorted({labels for _, labels in groups})
    methods = [name for name in METHODS if any((name, labels) in groups for labels in budgets)]
    for key, title in _BY_BUDGET.items():
        if _known(groups, key):
            _by_budget(groups, methods, budgets, key, title)
    if there := [name for name in methods if (name, options.at) in groups]:
        _at_one(groups, there, options.at)
        _per_class(groups, there, options.at)


def _by_budget(groups: Groups, methods: Sequence[str], budgets: Sequence[int], key: str, title: str) -> None:
    print(f"### {title}, mean ± standard deviation over seeds\n")
    print("| method | " + " | ".join(f"{labels} labels" for labels in budgets) + " | seeds | s |")
    print("|---" * (len(budgets) + 3) + "|")
    for name in methods:
        runs = [groups.get((name, labels), []) for labels in budgets]
        seeds = "/".join(str(len(lines)) for lines in runs)
        seconds = np.median([line["seconds"] for lines in runs for line in lines])
        cells = " | ".join(_spread(lines, key) for lines in runs)
        print(f"| {name} | {cells} | {seeds} | {seconds:.1f} |")
    print()


def _at_one(groups: Groups, methods: Sequence[str], labels: int) -> None:
    keys = [key for key in _AT_ONE if _known(groups, key)]
    if not keys:
        return
    print(f"### Ambiguity and clusters at {labels} labels, mean over seeds\n")
    print("| method | " + " | ".join(_AT_ONE[key] for key in keys) + " |")
    print("|---" * (len(keys) + 1) + "|")
    for name in methods:
        print(f"| {name} | " + " | ".join(_mean(groups[name, labels], key) for key in keys) + " |")
    print()


def _per_class(groups: Groups, methods: Sequence[str], labels: int) -> None:
    names = list(groups[methods[0], labels][0]["f1"])
    print(f"### F1 of each class at {labels} labels, mean over seeds\n")
    print("| method | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for method in methods:
        each = [line["f1"] for line in groups[method, labels]]
        print(
            f"| {method} | "
            + " | ".join(f"{np.mean([f1[name] for f1 in each]):.2f}" for name in names)
            + " |"
        )


def _known(groups: Groups, key: str) -> bool:
    return any(_values(lines, key) for lines in groups.values())


def _values(lines: Sequence[Line], key: str) -> list[float]:
    """Of the lines that have one: runs of former days don't tell of ambiguity."""
    return [line[key] for line in lines if line.get(key) is not None]


def _spread(lines: Sequence[Line], key: str) -> str:
    values = _values(lines, key)
    if len(values) < 2:
        return f"{values[0]:.3f}" if values else "–"
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


def _mean(lines: Sequence[Line], key: str) -> str:
    values = _values(lines, key)
    return f"{np.mean(values):.2f}" if values else "–"


if __name__ == "__main__":
    main()
