"""The docks over one session: what they say, what they let one press, what they start."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout
from tests.viewer.studies import LAYER, PINGS, ROWS, copy_of, make_study, tiny

from napari_fathom.echogram.crimac import write_crimac_labels
from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.study import Study
from napari_fathom.study.jobs import train_job
from napari_fathom.study.jobs.nasc_table import NascOptions
from napari_fathom.viewer._compat import camera_of
from napari_fathom.viewer.answers_page import AnswersPage
from napari_fathom.viewer.export_options import ExportOptions
from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.exports import ExportChoice, SurveyExports
from napari_fathom.viewer.import_panel import ImportPanel
from napari_fathom.viewer.navigate import box_in_view, fit_survey
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shares_panel import SharesPanel, SharesView
from napari_fathom.viewer.teaching import SurveyTeaching
from napari_fathom.viewer.train_panel import TrainPanel

PATIENCE_MS = 60_000


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def session(viewer: ViewerModel, qtbot: QtBot) -> Iterator[Session]:
    session = Session(viewer)
    yield session
    session.close()


@pytest.fixture
def study(answered: Path, tmp_path: Path) -> Study:
    return copy_of(answered, tmp_path / "copy")


def test_with_no_survey_open_every_dock_says_what_to_do(session: Session, qtbot: QtBot) -> None:
    train, answers, export = (
        TrainPanel(session, SurveyTeaching(session)),
        AnswersPage(session),
        ExportPanel(session, SurveyExports(session)),
    )
    for dock in (train, answers, export):
        qtbot.addWidget(dock)
    assert not train.retrain_button.isEnabled()
    assert not answers.next_button.isEnabled()
    assert not export.export_button.isEnabled()
    assert export.bar.text() == "Nothing is open. Open a study under Study."


def test_retrain_brings_a_model_into_force_and_remembers_its_settings(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    study = make_study(tmp_path / "new")
    session.open(study)
    dock = TrainPanel(session, SurveyTeaching(session))
    qtbot.addWidget(dock)
    dock.form.setValue(tiny(epochs=1, seed=5))
    assert study.current_model is None and dock.retrain_button.isEnabled()
    with qtbot.waitSignals([dock.trained, session.modelChanged], timeout=PATIENCE_MS):
        dock.retrain_button.click()
        assert not dock.retrain_button.isEnabled()
    assert study.current_model is not None and study.current_model.method == "supseg"
    again = TrainPanel(session, SurveyTeaching(session))
    qtbot.addWidget(again)
    assert again.form.value() == tiny(epochs=1, seed=5)


WITHOUT_TORCH = """
import sys
from napari.components import ViewerModel
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.teaching import SurveyTeaching
from napari_fathom.viewer.train_panel import TrainPanel
from napari_fathom.viewer.training_form import TrainingForm

app = QApplication([])
viewer = ViewerModel()
session = Session(viewer)
dock = TrainPanel(session, SurveyTeaching(session))
assert "torch" not in sys.modules or not dock.findChildren(TrainingForm)
assert "Looking at this machine…" in [label.text() for label in dock.findChildren(QLabel)]
while not dock.findChildren(TrainingForm):
    QTest.qWait(20)
assert "torch" in sys.modules
"""


def test_where_torch_is_not_there_yet_the_dock_is_shown_first_and_gets_its_form_later() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH], check=True, timeout=120)


def test_a_training_that_fails_leaves_the_former_model_in_force(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    session.open(study)
    dock = TrainPanel(session, SurveyTeaching(session))
    qtbot.addWidget(dock)
    before = study.current_model
    dock.form.setValue(tiny())
    dock.form.set_start(Path("no/such/model"))
    failed: list[str] = []
    session.jobFailed.connect(lambda job, error: failed.append(str(error)))
    with qtbot.waitSignal(dock.bar.ended, timeout=PATIENCE_MS):
        dock.retrain_button.click()
    assert len(failed) == 1 and dock.bar.text()
    assert study.current_model == before
    assert dock.retrain_button.isEnabled()


def test_another_model_is_predicted_by_itself_the_part_in_view_first(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    session.open(study)
    dock = AnswersPage(session)
    qtbot.addWidget(dock)
    before = study.prediction()
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        session.modelChanged.emit()
    after = study.prediction()
    assert before is not None and after is not None
    assert after.path != before.path and after.complete
    assert "Predicted by model 1" in dock.prediction.bar.text()


def test_a_former_model_comes_into_force_with_its_answer(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    for _ in train_job(study, tiny(epochs=1), device="cpu"):
        pass
    session.open(study)
    panel = PredictPanel(session)
    qtbot.addWidget(panel)
    model = session.model()
    assert model is not None and model.number == 2 and panel.models.currentData() == 2
    assert "Model 2 is in force since" in panel.bar.text()
    panel.models.setCurrentIndex(panel.models.findData(1))
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        panel.button.click()
    assert study.current_model is not None
    assert study.current_model.number == session.answered_by() == 1
    assert panel.models.currentData() == 1


def test_a_former_model_answers_in_place_of_a_damaged_one(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    with study.model_shelf.new() as (number, folder):
        (folder / "record.json").write_text("{")
    study.model_shelf.set_current(number)
    session.open(study)
    panel = PredictPanel(session)
    qtbot.addWidget(panel)
    assert session.model() is None and panel.models.currentData() == 1
    assert "is damaged or gone: choose another, then press" in panel.bar.text()
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        panel.button.click()
    assert study.current_model is not None
    assert study.current_model.number == session.answered_by() == panel.models.currentData() == 1


def test_a_training_whose_dock_was_closed_is_answered_all_the_same(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    session.open(study)
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):  # no panel is there
        session.follow_training(
            session.heavy.submit(
                "Training", lambda stop: train_job(study, tiny(epochs=1), stop=stop), owner=study, torch=True
            ),
            "",
        )
    assert session.answered_by() == 2


def test_the_next_most_ambiguous_window_moves_the_camera(
    session: Session, viewer: ViewerModel, study: Study, qtbot: QtBot
) -> None:
    session.open(study)
    dock = AnswersPage(session)
    qtbot.addWidget(dock)
    view = session.view
    assert view is not None
    camera_of(viewer).zoom *= 4
    before = box_in_view(viewer, view.frame)
    with qtbot.waitSignal(dock.tour.told):
        dock.next_button.click()
    assert box_in_view(viewer, view.frame) != before


def test_a_survey_that_is_seen_whole_is_gone_through_in_parts(
    session: Session, viewer: ViewerModel, study: Study, qtbot: QtBot
) -> None:
    session.open(study)
    dock = AnswersPage(session)
    qtbot.addWidget(dock)
    view = session.view
    assert view is not None
    fit_survey(viewer, view.frame)
    seen = []
    for _ in range(2):
        with qtbot.waitSignal(dock.tour.told):
            dock.next_button.click()
        seen.append(box_in_view(viewer, view.frame))
    assert seen[0] != seen[1]


def test_what_is_exported_follows_the_answer_until_somebody_chooses(
    session: Session, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(make_study(tmp_path / "new"))
    panel = ExportPanel(session, SurveyExports(session))
    qtbot.addWidget(panel)
    assert panel.value().source == "labels"
    session.open(study)
    assert panel.value().source == "prediction"
    panel._source.setCurrentIndex(panel._source.findData("labels"))
    panel._source.activated.emit(panel._source.currentIndex())
    session.predictionChanged.emit()
    assert panel.value().source == "labels"


def test_the_class_shares_can_be_switched_on_and_off(session: Session, study: Study, qtbot: QtBot) -> None:
    session.open(study)
    dock = AnswersPage(session)
    qtbot.addWidget(dock)
    for choice, corrected in (("on", True), ("off", False)):
        with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
            dock.shares._choice.setCurrentIndex(dock.shares._choice.findData(choice))
        store = study.prediction()
        assert store is not None and store.record.corrected is corrected
        assert study.document.shares == choice
        assert dock.shares.text().startswith("Corrected." if corrected else "Not corrected.")


def test_shares_are_told_in_words(qtbot: QtBot) -> None:
    panel = SharesPanel()
    qtbot.addWidget(panel)
    two = list(DEFAULT_CLASSES)[:2]
    panel.setValue(SharesView(two, (0.5, 0.5), (0.99, 0.01), True, "Because."))
    assert panel.text() == "Corrected. Because."
    assert "99 %" in shown(panel)
    panel.setValue(SharesView(two, (0.5, 0.5), None, False, "No stroke was held out."))
    assert panel.text() == "Not corrected. No stroke was held out."
    assert "50 %" in shown(panel)  # what the model learned to expect is known
    assert shown(panel).count("–") == 2  # of the survey, a figure would be read as a finding
    panel.setValue(None)
    assert panel.text() == "Estimated with the first prediction."


def shown(panel: SharesPanel) -> list[str]:
    """Every label that is laid out now."""
    grid = panel.findChild(QGridLayout)
    return [grid.itemAt(at).widget().text() for at in range(grid.count())]


def test_what_is_exported_comes_back_by_import(
    session: Session, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(study)
    export, incoming = ExportPanel(session, SurveyExports(session)), ImportPanel(session)
    for panel in (export, incoming):
        qtbot.addWidget(panel)
    export.setValue(ExportChoice("prediction", ("npz",), tmp_path, "out"))
    with qtbot.waitSignal(export.exported, timeout=PATIENCE_MS) as told:
        export.export_button.click()
    whole = (0, ROWS, 0, PINGS)
    painted, store = study.labels.read(whole), study.prediction()
    assert store is not None
    with qtbot.waitSignal(session.labelsChanged, timeout=PATIENCE_MS):
        incoming.import_file(told.args[0][0])
    expected = np.where(painted > 0, painted, store.read("class", whole))
    np.testing.assert_array_equal(study.labels.read(whole), expected)


def test_a_nasc_table_holds_only_the_chosen_classes_in_the_chosen_layers(
    session: Session, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(study)
    panel = ExportPanel(session, SurveyExports(session))
    qtbot.addWidget(panel)
    nasc = NascOptions(layer_m=5.0, interval_nmi=None, interval_pings=200)
    panel.setValue(ExportChoice("labels", ("nasc",), tmp_path, "out", ExportOptions((LAYER,), nasc)))
    with qtbot.waitSignal(panel.exported, timeout=PATIENCE_MS):
        panel.export_button.click()
    with (tmp_path / "out_labels.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["class_name"] for row in rows} == {study.classes[LAYER].name}
    assert len({row["interval"] for row in rows}) <= PINGS // 200


def test_another_labels_layer_can_be_imported(
    session: Session, viewer: ViewerModel, tmp_path: Path, qtbot: QtBot
) -> None:
    study = make_study(tmp_path / "new")
    session.open(study)
    panel = ImportPanel(session)
    qtbot.addWidget(panel)
    assert not panel.layer_button.isEnabled()
    values = np.zeros((ROWS, PINGS), np.uint8)
    values[80:90, 50:70] = 3
    viewer.add_layer(Labels(values, name="theirs"))
    assert panel.layer_button.isEnabled()
    with qtbot.waitSignal(session.labelsChanged, timeout=PATIENCE_MS):
        panel.layer_button.click()
    assert study.labels.counts()[3] == 200


def test_labels_that_came_with_the_survey_have_a_button(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    study = make_study(tmp_path / "new")
    session.open(study)
    panel = ImportPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert not panel.beside_button.isVisible()
    theirs = tmp_path / "survey_labels.zarr"
    values = np.zeros((ROWS, PINGS), np.uint8)
    values[80:90, 50:70] = LAYER
    list(
        write_crimac_labels(
            theirs, study.echogram, lambda box: values[box[0] : box[1], box[2] : box[3]], {LAYER: "sandeel"}
        )
    )
    study.data = replace(study.echogram, companions={"labels": str(theirs)})
    panel.refresh()
    before = study.labels.counts()[LAYER]
    with qtbot.waitSignal(session.labelsChanged, timeout=PATIENCE_MS):
        qtbot.mouseClick(panel.beside_button, Qt.MouseButton.LeftButton)
    assert study.labels.counts()[LAYER] == before + 200


def test_an_export_that_cannot_be_says_why(
    session: Session, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(study)
    panel = ExportPanel(session, SurveyExports(session))
    qtbot.addWidget(panel)
    panel.setValue(ExportChoice("labels", (), tmp_path, "out"))
    panel.export()
    assert panel.bar.text() == "Choose at least one format."
    panel.setValue(ExportChoice("labels", ("npz",), tmp_path / "nowhere", "out"))
    panel.export()
    assert "There is no folder" in panel.bar.text()


def test_of_several_exports_none_is_written_where_one_cannot_be(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(make_study(tmp_path / "new"))  # nothing is predicted
    panel = ExportPanel(session, SurveyExports(session))
    qtbot.addWidget(panel)
    panel.setValue(ExportChoice("prediction", ("evl", "npz"), tmp_path, "out"))
    with qtbot.waitSignal(panel.bar.ended, timeout=PATIENCE_MS):
        panel.export()
    assert "no whole answer" in panel.bar.text()
    assert not list(tmp_path.glob("out*"))
    assert panel.export_button.isEnabled()


def test_opening_another_study_closes_the_former(session: Session, study: Study, tmp_path: Path) -> None:
    session.open(study)
    other = make_study(tmp_path / "other")
    session.open(other)
    assert not study.writable
    assert session.study is other and session.paint is not None
    session.close()
    assert not other.writable
