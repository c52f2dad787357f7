"""When to believe an estimate of class shares."""

from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import StudyError
from napari_fathom.study.class_shares import ClassShares, percent
from napari_fathom.study.shares import HELD_OUT, HeldOutStrokes, judge_shares


def survey(shares: list[float], pixels: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Classes of pixels and perfectly calibrated probabilities (for equal shares) of two-class Gaussians."""
    labels = random.choice(len(shares), pixels, p=shares)
    seen = random.normal(2.0 * labels, 1.0)
    likelihood = np.exp(-0.5 * (seen[None] - 2.0 * np.arange(len(shares))[:, None]) ** 2)
    return labels, (likelihood / likelihood.sum(axis=0)).astype(np.float32)


def held_out(random: np.random.Generator, strokes: int = 20) -> HeldOutStrokes:
    labels, probabilities = survey([0.5, 0.5], 4000, random)
    return HeldOutStrokes(
        probabilities,
        (labels + 1).astype(np.uint8),
        random.integers(0, strokes, 4000) + strokes * labels,
        np.array([0.5, 0.5]),
    )


def test_calibrated_answers_give_the_true_shares_and_are_believed() -> None:
    random = np.random.default_rng(0)
    _, probabilities = survey([0.95, 0.05], 50_000, random)
    opinion = judge_shares(probabilities, held_out(random))
    assert opinion.favoured and opinion.judged
    np.testing.assert_allclose(opinion.shares, [0.95, 0.05], atol=0.01)


def test_a_correction_that_would_lose_a_class_is_not_made() -> None:
    random = np.random.default_rng(0)
    # Sure of the first class everywhere: the second one's share runs to its floor.
    probabilities = np.repeat([[0.9999], [0.0001]], 20_000, axis=1).astype(np.float32)
    labels = np.repeat([1, 2], 100).astype(np.uint8)
    weakly = np.where(labels == 2, 0.55, 0.01)
    strokes = HeldOutStrokes(
        np.stack([1 - weakly, weakly]).astype(np.float32), labels, np.arange(200), np.array([0.5, 0.5])
    )
    opinion = judge_shares(probabilities[:, random.permutation(20_000)], strokes)
    assert not opinion.favoured
    assert min(opinion.shares) >= 1e-4


def test_without_held_out_strokes_of_every_class_nothing_is_corrected() -> None:
    random = np.random.default_rng(0)
    _, probabilities = survey([0.9, 0.1], 10_000, random)
    assert not judge_shares(probabilities, None).favoured
    assert not judge_shares(probabilities, None).judged
    known = held_out(random)
    one_class = known.labels == 1
    half = HeldOutStrokes(
        known.probabilities[:, one_class], known.labels[one_class], known.strokes[one_class], known.source
    )
    assert not judge_shares(probabilities, half).favoured


def test_a_class_that_is_there_is_never_estimated_away() -> None:
    random = np.random.default_rng(0)
    probabilities = np.stack([np.full(1000, 1 - 1e-9), np.full(1000, 1e-9)]).astype(np.float32)
    opinion = judge_shares(probabilities, held_out(random))
    assert min(opinion.shares) >= 1e-4


def test_a_figure_that_is_not_finite_does_not_make_the_record_unreadable() -> None:
    random = np.random.default_rng(0)
    shares = judge_shares(survey([0.9, 0.1], 1000, random)[1], held_out(random))
    singular = shares.model_copy(update={"evidence": {"condition": float("inf")}})
    again = ClassShares.model_validate_json(singular.model_dump_json())
    assert again.evidence == {"condition": None}
    assert again.target == shares.target


def test_damaged_answers_on_held_out_strokes_name_the_file_and_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "0001"
    folder.mkdir()
    held_out(np.random.default_rng(0)).save(folder)
    whole = (folder / HELD_OUT).read_bytes()
    for end in range(0, len(whole), len(whole) // 20):
        (folder / HELD_OUT).write_bytes(whole[:end] + whole[end:][::-1])
        with pytest.raises(StudyError, match=r"models/0001/held_out\.npz: damaged .*Train again"):
            HeldOutStrokes.load(folder)


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (1.0, "100 %"),
        (0.124, "12 %"),
        (0.013, "1.3 %"),
        (0.005, "0.5 %"),
        (0.00001, "< 0.01 %"),
        (0.0, "0 %"),
    ],
)
def test_a_share_is_written_as_people_write_percent(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(("strokes", "supported"), [(1, False), (2, False), (3, True), (20, True)])
def test_figures_are_told_only_where_each_class_has_enough_held_out_strokes(
    strokes: int, supported: bool
) -> None:
    random = np.random.default_rng(0)
    shares = judge_shares(survey([0.9, 0.1], 10_000, random)[1], held_out(random, strokes))
    assert shares.judged and shares.strokes == (strokes, strokes)
    assert shares.supported is supported
