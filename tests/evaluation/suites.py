"""Suites small enough for tests."""

from typing import Any

from napari_fathom.evaluation.suite import EchogramSuite, ImageSuite

QUICK = {"held_out": 0.0, "ambiguity": False, "epochs": 1, "steps": 2, "batch": 4, "width": 4}


def image_suite(**changes: Any) -> ImageSuite:
    """Some digits, two methods that take no time."""
    told: dict[str, Any] = {
        "kind": "images",
        "name": "tiny",
        "about": "A test.",
        "data": {"digits": {"source": "digits", "most": 80}},
        "methods": ["discriminant", "ecotaxa-forest"],
        "budgets": [3],
        "seeds": [0],
        "settings": QUICK,
    }
    return ImageSuite.model_validate(told | changes)


def echogram_suite(**changes: Any) -> EchogramSuite:
    """A short survey of few cells, in three classes."""
    told: dict[str, Any] = {
        "kind": "echograms",
        "name": "short",
        "about": "A test.",
        "data": {"sim": {"source": "simulated", "pings": 192, "unseen_pings": 64, "samples": 64}},
        "methods": ["cell-forest"],
        "budgets": [0.02],
        "seeds": [0],
        "settings": {"ambiguity": False, "epochs": 1, "steps": 2, "width": 4, "depth": 2, "patch": 32},
    }
    return EchogramSuite.model_validate(told | changes)
