"""What was found amiss in the files stays on the Study page, to be opened and read."""

from pathlib import Path

from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.plankton.sets import drawn, result, write

from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job, look_job
from napari_fathom.viewer.mosaic.mosaic_controls import MosaicControls
from napari_fathom.viewer.session import Session


def test_files_that_can_not_be_read_are_listed_until_another_study_is_open(
    tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(4):
        write(tmp_path / "set" / f"{number}.png", drawn(number))
    (tmp_path / "set" / "broken.png").write_bytes(b"no picture")
    study = result(collect_job(tmp_path / "set", tmp_path / "set.fathom"))
    assert isinstance(study, CollectionStudy)
    for _ in look_job(study):
        pass
    session = Session(ViewerModel())
    controls = MosaicControls(session)
    qtbot.addWidget(controls)
    session.open(study)
    controls.follow(study)
    controls.show()
    remarks = controls.remarks
    assert remarks.isVisible() and "remark" in remarks.button.text()
    assert not remarks.texts.isVisible()
    remarks.button.click()
    assert remarks.texts.isVisible() and "broken.png" in remarks.texts.toPlainText()
    controls.follow(None)
    assert not remarks.isVisible()
    session.close()
