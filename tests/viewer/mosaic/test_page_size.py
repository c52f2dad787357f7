"""A page of a review has as many objects as fit the window, until somebody wishes otherwise."""

import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.viewer.mosaic.page_size import PageSize, tiles_in_view
from napari_fathom.viewer.remembered import remember


def test_a_larger_window_holds_more_tiles_and_the_smallest_still_some() -> None:
    assert tiles_in_view((900, 1000)) == 9 * 11
    assert tiles_in_view((450, 1000)) < tiles_in_view((900, 1000)) < tiles_in_view((900, 2000))
    assert tiles_in_view((1, 1)) == 4


def test_as_many_as_fit_until_a_number_is_wished_for(qtbot: QtBot) -> None:
    asked = PageSize()
    qtbot.addWidget(asked)
    assert asked.text() == "as many as fit"
    assert asked.size_in((900, 1000)) == tiles_in_view((900, 1000))
    asked.setValue(30)
    assert asked.size_in((900, 1000)) == 30
    later = PageSize()  # in another run of the program
    qtbot.addWidget(later)
    assert later.value() == 30
    later.setValue(0)
    assert later.size_in((450, 1000)) == tiles_in_view((450, 1000))


@pytest.mark.parametrize("found", ["many", -3, 9999, None, 2.5])
def test_what_makes_no_page_is_not_taken_from_memory(qtbot: QtBot, found: object) -> None:
    remember("review/page_size", found)
    asked = PageSize()
    qtbot.addWidget(asked)
    assert asked.value() == 0
