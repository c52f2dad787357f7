"""Print the results of accuracy.py and accuracy_forest.py as the tables of docs/benchmarks.md."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results"
WAYS = ("plain", "calibrated", "chosen", "em", "bbse-hard", "bbse-soft", "em-uncalibrated", "true-shares")

FILES = {
    "accuracy.jsonl": "rest",
    "accuracy_800_steps.jsonl": "rest, 800 steps",
    "accuracy_first_recipe.jsonl": "first rest",
    "accuracy_forest.jsonl": "rest",
}
"""By file, what "rest" is called: the first recipe is the rest class as it was at commit aa1273b."""

Line = dict[str, Any]


def main() -> None:
    groups: dict[tuple[str, str, float], dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for file, rest in FILES.items():
        for text in (RESULTS / file).read_text().splitlines() if (RESULTS / file).exists() else ():
            line = json.loads(text)
            recipe = rest if line["recipe"] == "rest" else line["recipe"]
            groups[line["method"], recipe, line["share"]][line["way"]].append(line)
    print("### Kappa, mean ± standard deviation over seeds\n")
    print("| method | learns from | painted | seeds | " + " | ".join(WAYS) + " |")
    print("|---" * (4 + len(WAYS)) + "|")
    for (method, recipe, share), ways in sorted(groups.items()):
        cells = [_spread([line["kappa"] for line in ways[way]]) for way in WAYS]
        print(f"| {method} | {recipe} | {share:.1%} | {len(ways['plain'])} | " + " | ".join(cells) + " |")
    for way in ("plain", "chosen"):
        print(f"\n### Per class, *{way}*: share found, and AUC\n")
        print("| method | learns from | painted | background | sandeel | other fish | AUC each | ECE | s |")
        print("|---" * 9 + "|")
        for (method, recipe, share), ways in sorted(groups.items()):
            if lines := ways[way]:
                found = np.array([line["class_accuracy"] for line in lines])
                auc = np.mean([line["auc"] for line in lines], axis=0)
                ece = np.mean([line.get("ece", np.nan) for line in lines])
                calibration = "–" if np.isnan(ece) else f"{ece:.3f}"
                print(
                    f"| {method} | {recipe} | {share:.1%} | "
                    + " | ".join(_spread(column) for column in found.T)
                    + f" | {auc[0]:.3f} {auc[1]:.3f} {auc[2]:.3f} | {calibration} | "
                    + f"{np.median([line['seconds'] for line in lines]):.0f} |"
                )
    print("\n### Every seed, *plain* / *chosen*\n")
    for (method, recipe, share), ways in sorted(groups.items()):
        pairs = [_by_seed(ways[way]) for way in ("plain", "chosen") if ways[way]]
        print(f"- {method}, {recipe}, {share:.1%}: " + " / ".join(pairs))


def _spread(values: Any) -> str:
    return f"{np.mean(values):.2f} ± {np.std(values):.2f}" if len(values) else "–"


def _by_seed(lines: list[Line]) -> str:
    return " ".join(f"{line['kappa']:.2f}" for line in sorted(lines, key=lambda line: line["seed"]))


if __name__ == "__main__":
    main()
