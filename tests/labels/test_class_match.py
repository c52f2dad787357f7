"""What names in somebody's files mean: proposed by likeness, never decided."""

import pytest

from napari_fathom.labels import LARGEST_VOTE, Classes, match_names

TAXA = Classes((), LARGEST_VOTE).with_all_added(
    ["Biota>Copepoda", "Copepoda>egg", "Pisces>egg", "dark sphere", "detritus"]
)


def test_the_same_name_is_the_same_class() -> None:
    match = match_names(["detritus", " dark sphere ", "", "detritus"], TAXA)
    assert match.exact == {"detritus": 5, " dark sphere ": 4}
    assert match.certain


@pytest.mark.parametrize(
    ("found", "values"),
    [
        ("Detritus", (5,)),
        ("Dark_Sphere", (4,)),
        ("dark-sphere__7777", (4,)),
        ("detritus_001", (5,)),
        ("Copepoda", (1,)),
        ("copepoda<Biota", (1,)),
        ("egg<pisces", (3,)),
        ("Living>Metazoa>Copepoda", (1,)),
        ("egg", (2, 3)),
        ("egg<Mollusca", (2, 3)),
    ],
)
def test_a_name_that_is_written_otherwise_is_proposed(found: str, values: tuple[int, ...]) -> None:
    match = match_names([found], TAXA)
    assert match.exact == {}
    assert match.proposed == {found: values}
    assert not match.certain
    assert match.likely == ({found: values[0]} if len(values) == 1 else {})


def test_a_closer_likeness_beats_a_farther_one() -> None:
    classes = Classes(()).with_all_added(["Biota>egg", "EGG"])
    assert match_names(["egg"], classes).proposed == {"egg": (2,)}


def test_names_of_no_class_are_told() -> None:
    assert match_names(["krill", "fish"], TAXA).unknown == ("krill", "fish")


def test_found_names_that_differ_in_capitals_alone_are_told() -> None:
    match = match_names(["Aggregates", "krill", "aggregates ", "Krill", "fish"], TAXA)
    assert match.alike == (("Aggregates", "aggregates "), ("krill", "Krill"))
