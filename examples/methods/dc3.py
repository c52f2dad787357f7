"""DC3 around another method: the ambiguity head, which learns where classes can't be told apart."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import _survey

from napari_fathom.learning.field import ArrayField
from napari_fathom.learning.predict import predict


def main() -> float:
    """Return how much more ambiguous the cells are that the model gets wrong than those it gets right."""
    survey, painting = _survey.make(seed=1)
    settings = _survey.QUICK.model_copy(
        update={"method": "supseg", "ambiguity": True, "ambiguity_pixels": 512}
    )
    model = _survey.train(settings, survey, painting)
    wrong, right = [], []

    def write(box, output) -> None:  # type: ignore[no-untyped-def]
        top, bottom, left, right_edge = box
        correct = output.probabilities.argmax(axis=0) + 1 == survey.truth[top:bottom, left:right_edge]
        wrong.append(output.ambiguity[~correct].mean())
        right.append(output.ambiguity[correct].mean())

    for _ in predict(model, ArrayField(survey.sv_db), write, device="cpu"):
        pass
    return float(sum(wrong) / len(wrong) - sum(right) / len(right))


if __name__ == "__main__":
    print(f"mean ambiguity where wrong minus where right: {main():+.3f}")
