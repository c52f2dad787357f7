"""The classes of a survey: small, ordered, never two alike."""

import pytest

from napari_fathom.errors import LabelError
from napari_fathom.labels import DEFAULT_CLASSES, Classes, ClassInfo


def test_a_new_survey_has_the_papers_three_classes() -> None:
    assert DEFAULT_CLASSES.names == ("background", "sandeel", "other fish")
    assert DEFAULT_CLASSES.values == (1, 2, 3)
    assert [item.key for item in DEFAULT_CLASSES] == ["1", "2", "3"]


def test_an_added_class_gets_the_first_free_value_and_key() -> None:
    classes = DEFAULT_CLASSES.without(2).with_added("herring")
    assert classes.named("Herring").value == 2
    assert classes.named("herring").key == "2"
    assert classes.names == ("background", "other fish", "herring")


def test_changing_one_class_leaves_the_others_and_the_original_alone() -> None:
    renamed = DEFAULT_CLASSES.with_renamed(2, "lesser sandeel").with_recoloured(3, "#010203").with_key(1, "b")
    assert renamed.names == ("background", "lesser sandeel", "other fish")
    assert renamed[3].colour == "#010203"
    assert renamed[1].key == "b"
    assert DEFAULT_CLASSES.names == ("background", "sandeel", "other fish")


def test_classes_survive_json() -> None:
    assert Classes.from_json(DEFAULT_CLASSES.to_json()) == DEFAULT_CLASSES


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ClassInfo(0, "nothing", "#000000"), "0 means unlabelled"),
        (lambda: ClassInfo(255, "ignored", "#000000"), "from 1 to 254"),
        (lambda: ClassInfo(4, "  ", "#000000"), "no name"),
        (lambda: ClassInfo(4, "krill", "red"), "#rrggbb"),
        (lambda: ClassInfo(4, "krill", "#000000", "ctrl"), "one character"),
        (lambda: DEFAULT_CLASSES.with_added("Sandeel "), "same name"),
        (lambda: DEFAULT_CLASSES.with_added("krill", key="1"), "same key"),
        (lambda: Classes((DEFAULT_CLASSES[1], ClassInfo(1, "krill", "#000000"))), "same value"),
        (lambda: DEFAULT_CLASSES.with_renamed(9, "krill"), "no class with the value 9"),
        (lambda: DEFAULT_CLASSES.named("krill"), "no class named 'krill'"),
        (lambda: Classes.from_json([{"value": 1}]), "damaged"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(make, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        make()
