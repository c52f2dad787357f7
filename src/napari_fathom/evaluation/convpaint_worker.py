"""Run by the Python of napari-convpaint's environment, which knows nothing of this package.

    python convpaint_worker.py QUESTION.npz ANSWER.npz

Learns from the painted cells of one survey and answers about another, as its headless interface does by
default, with all channels together.
"""

import contextlib
import sys
import time

import numpy as np
from napari_convpaint import ConvpaintModel  # type: ignore[import-not-found]


def main(question: str, answer: str) -> None:
    """Read, learn, answer, write."""
    with np.load(question, allow_pickle=False) as asked:
        sv, labels, unseen = asked["sv"], asked["labels"], asked["unseen"]
    model = ConvpaintModel(alias="gaussian")
    model.set_params(channel_mode="multi", tile_image=True)
    with contextlib.redirect_stdout(sys.stderr):
        started = time.perf_counter()
        model.train(sv, labels)
        seconds = time.perf_counter() - started
        probabilities = np.asarray(model.predict_probas(unseen), np.float32)
    classes = np.unique(labels[labels > 0]).astype(np.int64)
    np.savez(answer, probabilities=probabilities, classes=classes, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
