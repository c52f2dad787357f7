"""The assumption that the unpainted sea is one class: when it holds, what it means, when to doubt it."""

import numpy as np
import pytest
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.events import Done, Note
from napari_fathom.learning.field import ArrayField
from napari_fathom.learning.predict import predict
from napari_fathom.learning.rest import classes_lost_to, rest_of, source_shares
from napari_fathom.learning.train import Training


def test_it_is_found_by_name_and_can_be_switched_off() -> None:
    assert rest_of(NAMES, quick(rest_class="other fish")) == 2
    assert rest_of(("Sea ", "hake"), quick(rest_class="sea")) == 0
    assert rest_of(NAMES, quick(rest_class="plankton")) is None
    assert rest_of(NAMES, quick(rest_class="background", rest_weight=0)) is None
    assert rest_of(NAMES, quick()) is None


def test_the_network_expects_the_shares_that_it_was_trained_with() -> None:
    assert source_shares(NAMES, quick(), (9, 1, 0)) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    with_rest = quick(rest_class="background")
    assert source_shares(NAMES, with_rest, (960, 30, 10)) == pytest.approx((0.96, 0.03, 0.01))
    assert min(source_shares(NAMES, with_rest, (960, 40, 0))) == pytest.approx(1e-5, rel=1e-3)


def test_a_model_says_what_shares_it_expects() -> None:
    truth = truth_map()
    painted = strokes(truth, each=6)
    settings = quick(rest_class="background", epochs=1, steps=40, held_out=0.0, rare_share=0.2)
    *_, done = Training(survey(truth), painted, NAMES, settings, device="cpu").events()
    assert isinstance(done, Done)
    counts = np.bincount(painted.values.ravel(), minlength=4).astype(float)
    weight = 0.2 * counts.sum() / counts[2:].sum()
    expected = np.array([counts[0] + weight * counts[1], weight * counts[2], weight * counts[3]])
    np.testing.assert_allclose(done.result.calibration.shares, expected / expected.sum(), atol=0.05)


def test_a_class_that_is_taken_for_the_rest_is_named() -> None:
    probabilities = np.array([[0.9, 0.1, 0.8, 0.9], [0.1, 0.8, 0.1, 0.0], [0.0, 0.1, 0.1, 0.1]])
    assert classes_lost_to(0, probabilities, np.array([1, 2, 3, 3])) == [2]


def test_it_spares_an_unseen_survey_false_fish_where_nobody_painted() -> None:
    truth = truth_map()
    field = survey(truth)
    # A layer that no stroke meets, and that looks more like fish than like the background that was painted.
    layer = field.data.copy()
    layer[:, 70:90] = survey(truth).data[:, 70:90] + 14
    painted = strokes(truth, each=6)
    painted.values[68:92] = 0
    painted.strokes[68:92] = 0

    def fish_in_the_layer(**changes: object) -> float:
        settings = quick(steps=40, epochs=3, keep="last", schedule="cosine", flip=True, **changes)
        *notes, done = Training(ArrayField(layer), painted, NAMES, settings, device="cpu").events()
        assert isinstance(done, Done)
        assert any(isinstance(n, Note) and "background" in n.message for n in notes) == bool(changes)
        called = np.zeros(truth.shape, int)

        def write(box: tuple[int, int, int, int], output: object) -> None:
            called[box[0] : box[1], box[2] : box[3]] = output.probabilities.argmax(0)  # type: ignore[attr-defined]

        for _ in predict(done.result, ArrayField(layer), write, device="cpu"):
            pass
        return float((called[70:90][truth[70:90] == 1] > 0).mean())

    assert fish_in_the_layer(rest_class="background") < 0.5 * fish_in_the_layer()


def test_a_name_that_is_no_class_is_said_and_changes_nothing() -> None:
    truth = truth_map()
    training = Training(survey(truth), strokes(truth), NAMES, quick(rest_class="plankton"), device="cpu")
    notes = [event.message for event in training.events() if isinstance(event, Note)]
    assert any("No class is called plankton" in note for note in notes)
