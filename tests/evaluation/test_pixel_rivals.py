"""Rivals on surveys."""

import numpy as np

from napari_fathom.evaluation.answers import PixelQuestion
from napari_fathom.evaluation.labelling import paint_strokes
from napari_fathom.evaluation.pixel_rivals import PIXEL_RIVALS, multiscale_features
from napari_fathom.evaluation.surveys import SimulatedSurvey
from napari_fathom.learning.settings import TrainSettings


def test_features_in_slabs_are_those_of_the_whole() -> None:
    from napari_fathom.evaluation import pixel_rivals

    sv = np.random.default_rng(0).normal(size=(2, 24, 2500)).astype(np.float32)
    whole = multiscale_features(sv)
    parts = [part for _, part in pixel_rivals._in_slabs(sv, multiscale_features)]
    assert len(parts) == 2
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-4)


def test_a_forest_that_saw_two_of_three_classes_answers_about_three() -> None:
    known = SimulatedSurvey(source="simulated", pings=256, unseen_pings=64, samples=64).read(1)
    painting = paint_strokes(known.truth, 0.05, 1)
    two = np.where(painting.labels == 3, 0, painting.labels).astype(np.uint8)
    asked = PixelQuestion(known, two, painting.strokes, TrainSettings())
    answer = PIXEL_RIVALS["cell-forest"].answer(asked)
    assert answer.probabilities.shape == (3, 64, 64)
    np.testing.assert_allclose(answer.probabilities.astype(float).sum(0), 1, atol=2e-3)
    assert answer.probabilities[2].max() < 0.01
