"""Which objects a mosaic shows, in which order and groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.plankton.mosaic import Filter, arrange, keep

OBJECTS = pd.DataFrame(
    {
        "object_id": ["a", "b", "c", "d", "e", "f"],
        "class_name": ["fiber", "", "Copepoda", "fiber", "Copepoda", "fiber"],
        "depth_m": [30.0, np.nan, 10.0, 20.0, 10.0, 5.0],
        "cluster": [2, 0, 1, 2, 0, 1],
        "date": pd.to_datetime(["2020-01-03", "2020-01-01", None, "2020-01-02", "2020-01-05", "2020-01-04"]),
    }
)


def ids(order: np.ndarray) -> str:
    return "".join(OBJECTS["object_id"].iloc[order])


def test_without_wishes_objects_are_shown_in_the_tables_order() -> None:
    assert ids(arrange(OBJECTS).order) == "abcdef"


def test_objects_that_are_alike_keep_the_tables_order_and_unknown_ones_come_last() -> None:
    assert ids(arrange(OBJECTS, "depth_m").order) == "fcedab"
    assert ids(arrange(OBJECTS, "depth_m", ascending=False).order) == "adcefb"


def test_a_second_column_decides_where_the_first_is_equal() -> None:
    assert ids(arrange(OBJECTS, ["cluster", "depth_m"]).order) == "ebfcda"


def test_any_kind_of_column_sorts() -> None:
    assert ids(arrange(OBJECTS, "date").order) == "bdafec"
    assert ids(arrange(OBJECTS, "class_name", ascending=False).order) == "adfceb"


def test_groups_are_named_counted_and_the_nameless_one_is_last() -> None:
    arrangement = arrange(OBJECTS, "depth_m", group_by="class_name")
    assert arrangement.groups == ("Copepoda", "fiber", None)
    assert arrangement.counts.tolist() == [2, 3, 1]
    assert ids(arrangement.order) == "cefdab"


def test_the_largest_group_may_come_first() -> None:
    arrangement = arrange(OBJECTS, group_by="class_name", largest_first=True)
    assert arrangement.groups == ("fiber", "Copepoda", None)


def test_only_what_is_wanted_is_shown_and_its_rows_are_the_collections() -> None:
    arrangement = arrange(OBJECTS, "depth_m", where=OBJECTS["class_name"] == "fiber")
    assert arrangement.order.tolist() == [5, 3, 0]
    assert arrangement.position.tolist() == [2, -1, -1, 1, -1, 0]
    assert len(arrange(OBJECTS, where=np.zeros(6, bool))) == 0


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        (Filter("class_name", values=("Copepoda", "")), "bce"),
        (Filter("depth_m", lowest=10, highest=20), "cde"),
        (Filter("date", lowest=np.datetime64("2020-01-03")), "aef"),
        (Filter("class_name", text="COPE"), "ce"),
        (Filter("cluster", values=(2,), lowest=0), "ad"),
    ],
)
def test_filters_keep_what_has_all_that_is_wished(wish: Filter, kept: str) -> None:
    assert ids(np.flatnonzero(keep(OBJECTS, [wish]))) == kept


def test_several_filters_must_all_hold() -> None:
    assert (
        ids(np.flatnonzero(keep(OBJECTS, [Filter("cluster", values=(2,)), Filter("depth_m", highest=20)])))
        == "d"
    )


def test_an_unknown_column_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no column 'size'; known are object_id"):
        arrange(OBJECTS, "size")
    with pytest.raises(ValueError, match="no column 'size'"):
        Filter("size").keep(OBJECTS)
    with pytest.raises(ValueError, match="one value for each of 6"):
        arrange(OBJECTS, where=[True])


values = st.lists(
    st.tuples(st.sampled_from(["x", "y", ""]), st.floats(0, 3, width=16) | st.none()), min_size=1
)


@given(values, st.booleans(), st.booleans())
def test_any_arrangement_is_what_python_sorts(rows, ascending: bool, largest_first: bool) -> None:
    table = pd.DataFrame(rows, columns=["group", "key"]).astype({"key": float})
    found = arrange(table, "key", ascending=ascending, group_by="group", largest_first=largest_first)
    sizes = table["group"].value_counts()

    def key(row: int):
        group, value = table["group"][row], table["key"][row]
        rank = (-sizes[group] if largest_first else 0, group)
        missing = np.isnan(value)
        return group == "", rank, missing, 0 if missing else value if ascending else -value, row

    assert found.order.tolist() == sorted(range(len(table)), key=key)
    for name, start, stop in zip(found.groups, found.starts, found.starts[1:], strict=False):
        assert set(table["group"].iloc[found.order[start:stop]]) == {name or ""}


@given(st.permutations(list(range(6))))
def test_labels_given_meanwhile_move_nothing_that_is_not_sorted_by_them(new: list[int]) -> None:
    before = arrange(OBJECTS, "depth_m", group_by="cluster")
    after = arrange(
        OBJECTS.assign(class_name=OBJECTS["class_name"].to_numpy()[new]), "depth_m", group_by="cluster"
    )
    np.testing.assert_array_equal(before.order, after.order)
