"""Whether clusters and neighbours are better in what the discriminant sees than among the measures.

    python -m benchmarks.plankton_clusters        # a minute or two; prints a table in Markdown

Folders of classes as in plankton.py; once all classes have labels, once some have none.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.neighbors import NearestNeighbors

from benchmarks.plankton_data import FOLDER, KnownImages, labelled_rows, read_folders
from napari_fathom.learning.cluster_metrics import agreement_counts, purity
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.kmeans import assign, kmeans
from napari_fathom.learning.methods.discriminant import Discriminant
from napari_fathom.learning.methods.row_method import KnownRows

Rows = npt.NDArray[np.float32]
_NEAREST = 8
_FIGURES = ("purity", "neighbours", "found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="another folder of classes than folders_uvp6_10")
    parser.add_argument("--labels", default="5,10,25", help="of each class")
    parser.add_argument("--unnamed", type=int, default=2, help="classes without a label, the second time")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known, seeds = read_folders(options.folder or FOLDER), [int(seed) for seed in options.seeds.split(",")]
    print("| labels | unnamed | in | " + " | ".join(_FIGURES) + " |\n" + "|---" * 6 + "|")
    for each in map(int, options.labels.split(",")):
        for unnamed in (0, options.unnamed):
            runs = [one_run(known, each, unnamed, seed) for seed in seeds]
            for space in runs[0]:
                means = (np.mean([run[space][figure] for run in runs]) for figure in _FIGURES)
                cells = " | ".join("–" if np.isnan(mean) else f"{mean:.2f}" for mean in means)
                print(f"| {each} | {unnamed} | {space} | {cells} |", flush=True)


def one_run(known: KnownImages, each: int, unnamed: int, seed: int) -> dict[str, Mapping[str, float]]:
    """Figures of both spaces, of all images that have no label."""
    measures = known.images.measures
    assert measures is not None
    rows = fit_scaling(known.images.pixels, measures).measures(measures)
    chosen = labelled_rows(known.truth, each, seed)
    target = np.zeros_like(known.truth)
    target[chosen] = known.truth[chosen]
    without = np.random.default_rng(seed).permutation(len(known.names))[:unnamed] + 1
    target[np.isin(target, without)] = 0
    classes = len(known.names)
    learned = Discriminant.fit(KnownRows(rows, target, classes), ImageSettings(seed=seed), lambda: None)
    asked, sought = target == 0, np.isin(known.truth, without)
    spaces = {"measures": rows, "discriminant": learned.seen(rows)}
    return {name: _figures(each, known.truth, asked, sought, 5 * classes) for name, each in spaces.items()}


def _figures(
    rows: Rows,
    truth: npt.NDArray[np.int64],
    asked: npt.NDArray[np.bool_],
    sought: npt.NDArray[np.bool_],
    k: int,
) -> Mapping[str, float]:
    cluster = _clusters(rows, k)
    nearest = (
        NearestNeighbors(n_neighbors=_NEAREST + 1).fit(rows).kneighbors(rows, return_distance=False)[:, 1:]
    )
    commonest = np.array(
        [np.bincount(truth[asked & (cluster == value)], minlength=1).argmax() for value in range(k)]
    )
    found = commonest[cluster] == truth
    return {
        "purity": purity(agreement_counts(truth[asked], cluster[asked])),
        "neighbours": float((truth[nearest] == truth[:, None])[asked].mean()),
        "found": float(found[asked & sought].mean()) if sought.any() else float("nan"),
    }


def _clusters(rows: Rows, count: int) -> npt.NDArray[np.int64]:
    """As the product finds them."""
    values, generator = torch.from_numpy(rows), torch.Generator().manual_seed(0)
    found = kmeans(values, count, iterations=20, generator=generator, check=lambda: None)
    return np.asarray(assign(values, found.centroids)[0].numpy(), np.int64)


if __name__ == "__main__":
    main()
