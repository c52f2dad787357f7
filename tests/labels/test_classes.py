"""The classes of a survey: small, ordered, never two alike."""

import pytest

from napari_fathom.errors import LabelError
from napari_fathom.labels import DEFAULT_CLASSES, LARGEST_VOTE, Classes, ClassInfo


def test_a_new_survey_has_the_papers_three_classes() -> None:
    assert DEFAULT_CLASSES.names == ("background", "sandeel", "other fish")
    assert DEFAULT_CLASSES.values == (1, 2, 3)
    assert [item.key for item in DEFAULT_CLASSES] == ["1", "2", "3"]


def test_an_added_class_gets_the_first_free_key_and_a_value_that_no_class_had() -> None:
    classes = DEFAULT_CLASSES.without(2).with_added("herring")
    assert classes.named("Herring").value == 4  # old answers and models mean sandeel by 2
    assert classes.named("herring").key == "2"
    assert DEFAULT_CLASSES.without(3).with_all_added(["krill", "squid"]).values == (1, 2, 4, 5)
    assert classes.names == ("background", "other fish", "herring")


def test_values_of_removed_classes_come_back_only_when_no_other_is_left() -> None:
    classes = Classes(DEFAULT_CLASSES.items, largest=4).without(3).without(2).with_all_added(["a", "b"])
    assert classes.values == (1, 4, 3)  # retired first
    with pytest.raises(LabelError, match="All 4 class values"):
        classes.with_all_added(["c", "d"])


def test_changing_one_class_leaves_the_others_and_the_original_alone() -> None:
    renamed = DEFAULT_CLASSES.with_renamed(2, "lesser sandeel").with_recoloured(3, "#010203").with_key(1, "b")
    assert renamed.names == ("background", "lesser sandeel", "other fish")
    assert renamed[3].colour == "#010203"
    assert renamed[1].key == "b"
    assert DEFAULT_CLASSES.names == ("background", "sandeel", "other fish")


def test_a_collection_may_have_more_classes_than_a_byte_can_tell_each_with_a_colour_of_its_own() -> None:
    taxa = Classes((), LARGEST_VOTE).with_all_added([f"taxon {number}" for number in range(600)])
    assert taxa.values == tuple(range(1, 601))
    assert len({item.colour for item in taxa}) > 590
    assert Classes.from_json(taxa.to_json(), LARGEST_VOTE) == taxa


def test_adding_several_names_adds_only_what_is_new() -> None:
    assert DEFAULT_CLASSES.with_all_added(["Sandeel", "herring", "Herring ", "krill"]).names == (
        "background",
        "sandeel",
        "other fish",
        "herring",
        "krill",
    )


def test_a_taxon_is_shown_by_its_last_name_and_by_its_parents_where_that_says_too_little() -> None:
    taxa = Classes(()).with_all_added(["Living>Copepoda", "Copepoda>egg", "Actinopterygii>Egg", "detritus"])
    assert taxa.short_names == {1: "Copepoda", 2: "egg<Copepoda", 3: "Egg<Actinopterygii", 4: "detritus"}


def test_classes_survive_json() -> None:
    assert Classes.from_json(DEFAULT_CLASSES.to_json()) == DEFAULT_CLASSES


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ClassInfo(0, "nothing", "#000000"), "0 means unlabelled"),
        (lambda: Classes((ClassInfo(255, "ignored", "#000000"),)), "from 1 to 254"),
        (lambda: Classes((ClassInfo(65_535, "ignored", "#000000"),), LARGEST_VOTE), "from 1 to 65534"),
        (lambda: Classes(()).with_all_added([f"taxon {i}" for i in range(255)]), "All 254 class values"),
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
