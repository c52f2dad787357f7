"""What the commands say of a model that was just trained."""

import pytest

from napari_fathom.cli.training import model_sentence
from napari_fathom.study import ModelRecord


def record(kappa: float | None, held_out: int | None) -> ModelRecord:
    return ModelRecord(
        number=3,
        method="dec",
        settings={},
        label_event=0,
        classes=[],
        painted={},
        kappa=kappa,
        held_out_images=held_out,
    )


@pytest.mark.parametrize(
    ("kappa", "held_out", "said"),
    [
        (0.5, 12, "kappa 0.50, 12 images held out"),
        (0.5, None, "kappa 0.50 on held-out labels"),
        (None, 0, "none held out to judge it"),
        (None, None, "not judged by held-out labels"),
        (None, 12, "not judged by held-out labels"),
    ],
)
def test_a_model_is_told_with_how_it_was_judged(kappa: float | None, held_out: int | None, said: str) -> None:
    assert model_sentence(record(kappa, held_out)) == f"model 3 (dec), {said}"
