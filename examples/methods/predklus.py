"""PredKlus: clusters of the unpainted survey, and painted pixels, in turn."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import _survey


def main() -> float:
    """Return kappa on the survey it was trained on."""
    survey, painting = _survey.make(seed=1)
    settings = _survey.QUICK.model_copy(update={"method": "predklus"})
    return _survey.kappa_on(_survey.train(settings, survey, painting), survey)


if __name__ == "__main__":
    print(f"kappa {main():.3f}")
