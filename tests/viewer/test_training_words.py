"""How a model is told of beside the Retrain button."""

import pytest

from napari_fathom.study import ModelRecord
from napari_fathom.viewer.training_words import model_words


@pytest.mark.parametrize(
    ("kappa", "held_out", "said"),
    [
        (0.551, 18, "; kappa 0.55 on 18 held-out images, "),
        (0.551, None, "; kappa 0.55 on held-out images, "),
        (None, 0, "; not judged, for no images were held out, "),
        (None, 18, "; not judged, "),
    ],
)
def test_a_kappa_is_told_with_the_number_of_images_that_it_is_of(
    kappa: float | None, held_out: int | None, said: str
) -> None:
    record = ModelRecord(
        number=1,
        classes=[],
        method="supervised",
        settings={},
        painted={1: 30, 2: 20},
        label_event=1,
        kappa=kappa,
        held_out_images=held_out,
    )
    assert said in model_words(record, "images", "images")


def test_clusters_that_were_found_without_a_label_are_told_so() -> None:
    record = ModelRecord(number=2, classes=[], method="rpsc", settings={}, painted={}, label_event=0)
    assert "model 2, rpsc, learned without labels; not judged" in model_words(record, "images", "images")


def test_labels_that_a_method_can_do_without_are_told_as_names_of_its_clusters() -> None:
    record = ModelRecord(
        number=3, classes=[], method="dec", settings={}, painted={1: 30, 2: 20}, label_event=1
    )
    assert "model 3, dec, learned clusters, named by 50 images of 2 classes; not judged, " in model_words(
        record, "images", "images", clustering=True
    )
