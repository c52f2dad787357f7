"""k-means as one PredKlus step needs it, against faiss and scikit-learn on the same rows and start.

OMP_NUM_THREADS=1 python -m benchmarks.bench_kmeans --threads 1
"""

import argparse

import torch
from sklearn.cluster import KMeans

from benchmarks.timing import best_seconds, sgemm_gflops
from napari_fathom.learning.kmeans import faiss_available, kmeans
from napari_fathom.learning.pca import principal_components


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=131_072)
    arguments.add_argument("--size", type=int, default=32)
    arguments.add_argument("--clusters", type=int, default=512)
    arguments.add_argument("--iterations", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    peak = sgemm_gflops()
    print(f"{options.threads} threads; sgemm {peak:.0f} GFLOP/s")

    rows = torch.randn(options.rows, options.size, generator=torch.Generator().manual_seed(0))
    start = rows[: options.clusters].clone()
    operations = 2 * options.rows * options.size * options.clusters

    def report(name: str, seconds: float, searches: int, inertia: float) -> None:
        each = seconds / searches
        share = operations / each / 1e9 / peak
        print(
            f"{name:24} {1e3 * each:8.1f} ms a search {100 * share:5.0f} % of sgemm   inertia {inertia:.5e}"
        )

    def ours(backend: str) -> float:
        return kmeans(
            rows, options.clusters, iterations=options.iterations, start=start, backend=backend
        ).inertia

    for backend in ("torch", *(["faiss"] if faiss_available() else [])):
        report(
            f"ours, {backend}", best_seconds(lambda b=backend: ours(b)), options.iterations + 1, ours(backend)
        )
    if faiss_available():
        report("faiss.Kmeans", *faiss_kmeans(rows, start, options.iterations))

    def theirs() -> KMeans:
        return KMeans(
            options.clusters,
            init=start.numpy(),
            n_init=1,
            max_iter=options.iterations,
            tol=0,
            algorithm="lloyd",
        ).fit(rows.numpy())

    report("scikit-learn, lloyd", best_seconds(theirs, 1), options.iterations + 1, theirs().inertia_)
    features = torch.randn(options.rows, 64)
    seconds = best_seconds(lambda: principal_components(features, options.size).project(features))
    print(f"{'PCA 64 to ' + str(options.size):24} {1e3 * seconds:8.1f} ms")


def faiss_kmeans(rows: torch.Tensor, start: torch.Tensor, iterations: int) -> tuple[float, int, float]:
    """Seconds, searches and inertia of faiss' own loop and a last assignment."""
    import faiss

    def work() -> float:
        found = faiss.Kmeans(
            rows.shape[1], len(start), niter=iterations, max_points_per_centroid=10**9, nredo=1
        )
        found.train(rows.numpy(), init_centroids=start.numpy())
        return float(found.index.search(rows.numpy(), 1)[0].sum())

    return best_seconds(work), iterations + 1, work()


if __name__ == "__main__":
    main()
