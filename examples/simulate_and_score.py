"""Train on 2 % of one simulated survey, predict another that it has never seen, and score it."""

import _survey


def main() -> float:
    """Return Cohen's kappa on the unseen survey."""
    model = _survey.train(_survey.QUICK, *_survey.make(seed=1))
    unseen, _ = _survey.make(seed=2)
    kappa = _survey.kappa_on(model, unseen)
    print(f"kappa on an unseen survey: {kappa:.3f} (a demonstration: a few seconds of training)")
    return kappa


if __name__ == "__main__":
    main()
