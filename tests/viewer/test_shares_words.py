"""Class shares in words: no figure without support, and why there is none."""

import pytest

from napari_fathom.study.class_shares import ClassShares
from napari_fathom.viewer.shares_words import evidence_words

NAMES = ("background", "sandeel")


def shares(judged: bool = True, strokes: tuple[int, ...] = (9, 3), favoured: bool = False) -> ClassShares:
    return ClassShares(
        shares=(0.9, 0.1),
        method="em",
        source_shares=(0.5, 0.5),
        target=(0.9, 0.1),
        favoured=favoured,
        reason="Because.",
        judged=judged,
        strokes=strokes,
    )


def test_a_supported_estimate_names_its_method() -> None:
    assert evidence_words(shares(), NAMES, False) == "Because. Estimated by expectation-maximisation."


def test_an_answer_made_before_strokes_were_counted_is_told_as_it_was() -> None:
    assert shares(strokes=()).supported


def test_the_class_with_too_few_held_out_strokes_is_named_with_the_remedy() -> None:
    words = evidence_words(shares(strokes=(9, 2)), NAMES, False)
    assert "(sandeel 2; 3 of each class are needed): paint more strokes" in words


def test_where_nothing_judged_the_reason_stands_alone() -> None:
    assert evidence_words(shares(judged=False, strokes=(0, 0)), NAMES, False) == "Because."


@pytest.mark.parametrize(("favoured", "guess"), [(True, False), (False, True)])
def test_a_correction_without_support_is_called_a_guess(favoured: bool, guess: bool) -> None:
    words = evidence_words(shares(strokes=(1, 1), favoured=favoured), NAMES, True)
    assert ("guess" in words) is guess
