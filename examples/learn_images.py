"""Every method of images on one small simulated collection: ten labels a class, the rest is asked."""

import numpy as np

from napari_fathom.events import Done
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ArrayImages, ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods import IMAGE_METHODS, ROW_METHODS
from napari_fathom.plankton.measures import measure
from napari_fathom.plankton.options import vignette
from napari_fathom.plankton.simulate import PlanktonSettings, SimulatedPlankton, simulate_plankton

OBJECTS, LABELLED, SIDE = 300, 10, 32
QUICK = ImageSettings(
    width=8,
    features=32,
    batch=20,
    steps=20,
    epochs=6,
    learning_rate=3e-3,
    schedule="cosine",
    keep="last",
    weight_average=0.95,
    teacher_memory=0.95,
    consistency_weight=10.0,
    held_out=0.0,
)


def main() -> float:
    """Print a row for each method; return the accuracy of Mean-Teacher with DC3."""
    collection = simulate_plankton(PlanktonSettings(objects=OBJECTS))
    images = ArrayImages(
        np.stack([vignette(image, SIDE) for image in collection.images]),
        np.stack([measure(image) for image in collection.images]),
    )
    found = {}
    naming = [name for name, kind in IMAGE_METHODS.items() if kind.needs_labels]
    for method in (*naming, *ROW_METHODS):
        found[method] = accuracy(QUICK.model_copy(update={"method": method}), images, collection)
        print(f"{method:14} {found[method]:.2f} of the unlabelled right")
    return found["mean-teacher"]


def accuracy(settings: ImageSettings, images: ArrayImages, collection: SimulatedPlankton) -> float:
    """Train on a few labels of every class; how often the others get their most likely class."""
    truth = collection.soft.argmax(axis=1) + 1
    target = np.zeros(len(truth), int)
    for value in np.unique(truth):
        target[np.flatnonzero(truth == value)[:LABELLED]] = value
    *_, trained = ImageTraining(images, ImageLabels(target), collection.class_names, settings).events()
    assert isinstance(trained, Done)
    *_, answered = predict_images(trained.result, images)
    assert isinstance(answered, Done)
    unlabelled = target == 0
    return float((answered.result.most_probable == truth)[unlabelled].mean())


if __name__ == "__main__":
    main()
