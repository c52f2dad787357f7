"""The shared panels over a collection, without a window: they teach, answer and export it as a survey."""

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from napari_fathom.events import Done
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.plankton.exports import check_ecotaxa
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job, look_job
from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.exports import CollectionExports, ExportChoice
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.teaching import ImageTeaching
from napari_fathom.viewer.train_panel import TrainPanel

PATIENCE_MS = 60_000
FOREST = ImageSettings(method="forest", trees=20, held_out=0.3, clusters=4)


@pytest.fixture
def session(tmp_path: Path, qtbot: QtBot) -> Iterator[Session]:
    """A collection of forty labelled animals is open."""
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=40))
    *_, made = collect_job(tmp_path / "drawn" / "images", tmp_path / "drawn.fathom")
    assert isinstance(made, Done)
    for _ in look_job(made.result):
        pass
    session = Session(ViewerModel())
    session.open(made.result)
    yield session
    session.close()


def study_of(session: Session) -> CollectionStudy:
    assert session.collection is not None
    return session.collection


def test_a_method_without_steps_says_what_it_learned_from_instead_of_drawing_curves(
    session: Session, qtbot: QtBot
) -> None:
    train, predict = TrainPanel(session, ImageTeaching(session)), PredictPanel(session)
    for panel in (train, predict):
        qtbot.addWidget(panel)
        panel.show()
    assert not predict.button.isEnabled()
    train.form.setValue(FOREST)
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):  # it answers by itself
        train.retrain_button.click()
    assert not train.curves.isVisible()
    assert "forest, learned from 40 images of 6 classes; kappa" in train._in_force.text()
    qtbot.waitUntil(lambda: "Predicted by model 1" in predict.bar.text(), timeout=PATIENCE_MS)
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):  # and when asked
        predict.button.click()


def test_before_an_answer_the_export_says_that_only_peoples_words_go_out(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = ExportPanel(session, CollectionExports(session))
    qtbot.addWidget(panel)
    assert panel.bar.text() == "No model has answered yet: only what people say will be written."
    panel.setValue(ExportChoice("", ("ecotaxa", "table.csv", "table.parquet"), tmp_path, "out"))
    with qtbot.waitSignal(panel.exported, timeout=PATIENCE_MS) as told:
        panel.export_button.click()
    names = [path.name for path in told.args[0]]
    assert names == ["out_ecotaxa.zip", "out.csv", "out.parquet"]
    assert zipfile.is_zipfile(tmp_path / names[0]) and not check_ecotaxa(tmp_path / names[0])
    assert all((tmp_path / name).exists() for name in names)


def test_of_several_exports_none_is_written_where_one_needs_an_answer(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = ExportPanel(session, CollectionExports(session))
    qtbot.addWidget(panel)
    panel.setValue(ExportChoice("", ("table.csv", "ifcb"), tmp_path, "out"))
    with qtbot.waitSignal(panel.bar.ended, timeout=PATIENCE_MS):
        panel.export()
    assert "need an answer" in panel.bar.text()
    assert not list(tmp_path.glob("out*"))


def test_an_export_is_of_the_study_it_began_with_whatever_is_open_by_then(
    session: Session, tmp_path: Path
) -> None:
    study, exports = study_of(session), CollectionExports(session)
    choice = ExportChoice("", ("table.csv",), tmp_path, "out")
    [wanted] = exports.by_key(choice.formats)
    session.open(None)
    *_, done = exports.job(study, wanted, choice, threading.Event())
    assert done == Done(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").is_file()


def test_votes_that_a_closing_study_can_not_wait_for_are_told(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_fathom.viewer.session._VOTES_WAIT_S", 0.01)
    go_on = threading.Event()

    def busy(stop: threading.Event) -> Iterator[Done[bool]]:
        yield Done(go_on.wait(PATIENCE_MS))

    session.hand.submit("Splitting a cluster", busy)  # type: ignore[arg-type]
    with qtbot.waitSignal(session.failed, timeout=PATIENCE_MS) as told:
        session.open(None)
    go_on.set()
    assert "the last ones are not written" in str(told.args[0])


def test_a_vote_is_heard_by_the_panel_that_trains(session: Session, qtbot: QtBot) -> None:
    study, panel = study_of(session), TrainPanel(session, ImageTeaching(session))
    qtbot.addWidget(panel)
    assert "40 images of 6 classes are labelled." in panel._advice.text()
    study.votes.cast(range(40), study.classes.values[0], annotator="ada")
    session.labelsChanged.emit()
    qtbot.waitUntil(lambda: "Label a few images of at least two" in panel._advice.text())
