"""Print the results of plankton.py as the tables of docs/benchmarks-plankton.md."""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.plankton import RESULTS
from benchmarks.plankton_methods import METHODS

Line = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    groups: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for text in options.results.read_text().splitlines():
        line = json.loads(text)
        groups[line["method"], line["labels"]].append(line)
    budgets = sorted({labels for _, labels in groups})
    methods = [name for name in METHODS if any((name, labels) in groups for labels in budgets)]
    for title, key in (
        ("Macro F1", "f1_macro"),
        ("Accuracy", "accuracy"),
        ("Expected calibration error", "ece"),
    ):
        print(f"### {title}, mean ± standard deviation over seeds\n")
        print("| method | " + " | ".join(f"{labels} labels" for labels in budgets) + " | seeds | s |")
        print("|---" * (len(budgets) + 3) + "|")
        for name in methods:
            runs = [groups[name, labels] for labels in budgets]
            seeds = "/".join(str(len(lines)) for lines in runs)
            seconds = np.median([line["seconds"] for lines in runs for line in lines])
            cells = " | ".join(_spread([line[key] for line in lines]) for lines in runs)
            print(f"| {name} | {cells} | {seeds} | {seconds:.1f} |")
        print()
    _per_class(groups, methods, budgets)


def _per_class(groups: dict[tuple[str, int], list[Line]], methods: list[str], budgets: list[int]) -> None:
    names = list(next(iter(groups.values()))[0]["f1"])
    print("### F1 of each class, mean over seeds\n")
    print("| method | labels | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 2) + "|")
    for method in methods:
        for labels in budgets:
            if lines := groups[method, labels]:
                cells = " | ".join(f"{np.mean([line['f1'][name] for line in lines]):.2f}" for name in names)
                print(f"| {method} | {labels} | {cells} |")


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "–"


if __name__ == "__main__":
    main()
