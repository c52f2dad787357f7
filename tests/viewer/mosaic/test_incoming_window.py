"""A new collection in a real window: offered ways to see it are taken, and labels made elsewhere come in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tests.plankton.sets import drawn, write
from tests.viewer.docks import collection_desk, dock_in, show_collection

from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk

PATIENCE_MS = 90_000
COUNT = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures as a scanner makes them: dark on light, a scale bar below."""
    for number in range(COUNT):
        picture = np.full((90, 60), 250, np.uint8)
        picture[10:50, 10:50] -= drawn(number, 40, 40) // 2
        picture[80:82, 5:35] = 0
        write(tmp_path / "scan" / f"{number:02d}.png", picture)
    return tmp_path / "scan"


@pytest.fixture
def dock(make_napari_viewer: Callable[..., Any]) -> Iterator[FathomDock]:
    made = dock_in(make_napari_viewer(show=True))
    yield made
    made.session.open(None)


def is_seen_whole(desk: CollectionDesk) -> bool:
    study = desk.study
    return study is not None and bool(study.collection.looked_at.all()) and desk.is_shown


@pytest.mark.window
def test_what_is_offered_is_applied_and_labels_are_imported(
    dock: FathomDock, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    show_collection(dock, folder, qtbot)
    desk = collection_desk(dock)
    study, offer = desk.study, desk.mosaic.offer
    assert study is not None
    qtbot.waitUntil(lambda: not offer.isHidden(), timeout=PATIENCE_MS)
    assert [box.isChecked() for box in offer.boxes] == [True, False]  # the scale bar; a matter of taste
    qtbot.waitUntil(lambda: is_seen_whole(desk), timeout=PATIENCE_MS)
    offer.dismiss.click()
    assert offer.isHidden()
    desk.mosaic.otherwise.click()  # who has thought better of it asks again
    qtbot.waitUntil(lambda: not offer.isHidden(), timeout=PATIENCE_MS)
    offer.boxes[1].setChecked(True)
    offer.apply.click()
    qtbot.waitUntil(lambda: study.collection.options.crop_bottom_px == 31, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: is_seen_whole(desk), timeout=PATIENCE_MS)
    assert study.collection.options.invert and study.collection.read(0).shape == (59, 60)
    assert offer.isHidden()
    qtbot.waitUntil(lambda: not desk.mosaic.bar.running, timeout=PATIENCE_MS)
    desk.mosaic.otherwise.click()
    assert not desk.mosaic.otherwise.isEnabled()  # until they have been looked at
    qtbot.waitUntil(lambda: "suggest nothing else" in desk.mosaic.bar.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(desk.mosaic.otherwise.isEnabled, timeout=PATIENCE_MS)

    rows = "".join(f"{number:02d},krill\n" for number in range(10))
    desk.incoming.import_file(write(tmp_path / "t.csv", "id,label\n" + rows))
    qtbot.waitUntil(lambda: desk.incoming.asking is not None, timeout=PATIENCE_MS)
    assert desk.incoming.asking is not None
    desk.incoming.asking.accept()  # of a study without classes every name becomes one
    qtbot.waitUntil(lambda: int((study.votes.hard() > 0).sum()) == 10, timeout=PATIENCE_MS)
    assert desk.labels.classes.value().names == ("krill",)
    desk.labelling.undo()
    qtbot.waitUntil(lambda: not study.votes.hard().any(), timeout=PATIENCE_MS)
