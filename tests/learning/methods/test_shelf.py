"""One list holds every method, with what a scientist should know of it."""

from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.methods import (
    BLIND_METHODS,
    CLUSTERING_METHODS,
    IMAGE_METHODS,
    METHODS,
    PRETRAINING_METHODS,
    ROW_METHODS,
)
from napari_fathom.learning.methods.shelf import shelf
from napari_fathom.learning.presets import PRESETS


def test_every_method_stands_on_the_shelf_once() -> None:
    names = [entry.name for entry in shelf()]
    assert sorted(names) == sorted([*METHODS, *IMAGE_METHODS, *ROW_METHODS, "dc3"])


def test_a_method_is_called_on_the_shelf_as_in_the_settings() -> None:
    for name, method in {**METHODS, **IMAGE_METHODS, **ROW_METHODS}.items():
        assert method.name == name  # type: ignore[attr-defined]


def test_each_has_a_title_a_paper_and_advice_that_is_a_sentence() -> None:
    for entry in shelf():
        about = entry.about
        assert about.title and about.paper
        assert about.advice.endswith(".")
        assert len(about.advice) < 130, entry.name
    assert len({entry.about.advice for entry in shelf()}) == len(shelf())


def test_it_tells_data_labels_and_presets() -> None:
    known = {entry.name: entry for entry in shelf()}
    assert known["predklus"].data == ("echograms",)
    assert known["predklus"].presets == tuple(PRESETS)
    assert known["fixmatch"].data == ("images",)
    assert known["fixmatch"].presets == tuple(IMAGE_PRESETS)
    assert known["dc3"].data == ("echograms", "images")
    assert not known["forest"].network
    without = [name for name, entry in known.items() if not entry.needs_labels]
    assert sorted(without) == sorted([*BLIND_METHODS, *CLUSTERING_METHODS])
    assert [name for name, entry in known.items() if entry.learns_to_see] == list(PRETRAINING_METHODS)
    assert set(BLIND_METHODS) - set(PRETRAINING_METHODS) == {"dec"}  # begins with what another has seen
    assert set(CLUSTERING_METHODS) == {"iic", "scan", "spice", "rpsc", "rpsc-semi"}
