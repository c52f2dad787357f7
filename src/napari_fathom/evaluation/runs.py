"""The runs of a suite: each says all that its result depends on, and is known by that."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.image_rivals import IMAGE_RIVALS
from napari_fathom.evaluation.images import ImageSource
from napari_fathom.evaluation.pixel_rivals import PIXEL_RIVALS
from napari_fathom.evaluation.suite import EchogramSuite, Entrant, ImageSuite
from napari_fathom.evaluation.surveys import SurveySource
from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods import IMAGE_METHODS, METHODS, ROW_METHODS
from napari_fathom.learning.presets import PRESETS
from napari_fathom.learning.settings import TrainSettings

__all__ = ["FIRST_DEFAULTS", "REVISIONS", "Plan", "Run", "hash_of", "plan", "settings_of"]

_PATHS = {"path", "survey", "truth"}
_SETTINGS = {"preset", "settings", "data_settings"}

REVISIONS: Mapping[str, int] = {
    "foc": 1,
    "foc-light": 1,
    "iic": 1,
    "semiclf": 2,
    "filter-bank": 1,
    "freematch": 1,
    "softmatch": 1,
    "scan": 2,
    "deepcluster": 1,
    "kmeans": 1,
}
"""How often what a method, or a way of finding clusters, computes by the same settings has changed.

Raised by whoever changes it: the former rows count no more, and it runs again.
"""

FIRST_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"echograms": {}, "images": {}}
"""Settings' first defaults, where they have changed since results were first kept, by kind of suite.

Runs are known by what differs from these: a changed default makes other runs, and former rows stay true. (One
that a single method reads, such as `voting`, is no reason to run all others again: `REVISIONS` tells of it.)
"""


@dataclass(frozen=True)
class Run:
    """One method, one budget of labels, one seed, on some data.

    Parameters
    ----------
    suite : ImageSuite or EchogramSuite
    data : str
        Name of the data in the suite.
    entrant : Entrant
    settings : ImageSettings or TrainSettings
        The preset's, with all changes.
    budget : float
    seed : int
    fingerprint : str
        Of the data.
    """

    suite: ImageSuite | EchogramSuite
    data: str
    entrant: Entrant
    settings: ImageSettings | TrainSettings
    budget: float
    seed: int
    fingerprint: str

    @property
    def source(self) -> ImageSource | SurveySource:
        """Where its data come from."""
        return self.suite.data[self.data]

    @property
    def sentence(self) -> str:
        """For progress."""
        amount = (
            f"{self.budget:g} labels a class"
            if self.suite.kind == "images"
            else f"{self.budget:.3g} labelled"
        )
        return f"{self.data}, {self.entrant.called}, {amount}, seed {self.seed}"

    @property
    def description(self) -> dict[str, Any]:
        """All that decides the result, but for the program and the machine.

        Of the settings only what differs from their first defaults, so that a setting which is new to the
        program makes no run a new one; paths don't count, what lies there does.
        """
        protocol = {"figures", "name", "about", "data", "methods", "budgets", "seeds", *_SETTINGS}
        wished = getattr(self.settings, "clusterer", "")
        revision = REVISIONS.get(self.entrant.method, 0) + REVISIONS.get(wished, 0)
        return {
            "data": self.source.model_dump(mode="json", exclude=_PATHS),
            "fingerprint": self.fingerprint,
            "protocol": self.suite.model_dump(mode="json", exclude=protocol),
            "method": self.entrant.method,
            "settings": _changed(self.settings, FIRST_DEFAULTS[self.suite.kind]),
            "budget": self.budget,
            "seed": self.seed,
            **({"revision": revision} if revision else {}),
        }

    @cached_property
    def key(self) -> str:
        """Hash of the description."""
        return hash_of(self.description)

    @cached_property
    def data_key(self) -> str:
        """Hash of what decides the data; unlike their name in a suite it can be a file's."""
        return hash_of({name: self.description[name] for name in ("data", "fingerprint", "seed")})


def _changed(settings: ImageSettings | TrainSettings, first_defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What differs; not the method's name: a description tells it anyhow, and to rivals it means nothing."""
    told = settings.model_dump(mode="json", exclude={"method"})
    first = {**type(settings)().model_dump(mode="json"), **first_defaults}
    return {name: value for name, value in told.items() if value != first[name]}


def hash_of(told: object) -> str:
    """Name of anything that JSON can hold: the same for the same."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Plan:
    """What a suite comes to on this machine.

    Parameters
    ----------
    runs : tuple of Run
        Those of the same data together.
    missing : mapping of str to str
        Data that aren't here, and why.
    absent : tuple of Run
        On such data, as they were when results were kept of them.
    """

    runs: tuple[Run, ...]
    missing: Mapping[str, str]
    absent: tuple[Run, ...] = ()


def plan(
    suite: ImageSuite | EchogramSuite, remembered: Mapping[tuple[str, int], str] = MappingProxyType({})
) -> Plan:
    """All runs of a suite.

    Parameters
    ----------
    suite : ImageSuite or EchogramSuite
    remembered : mapping of (str, int) to str
        Fingerprint by data and seed, for data that aren't here.

    Raises
    ------
    FathomError
        If there is no such method, preset or setting, naming the place in the suite; if two methods differ
        in nothing but their names; or none of the data are here, nor ever were.
    """
    chosen = {data: settings_of(suite, data) for data in suite.data}
    runs: list[Run] = []
    absent: list[Run] = []
    missing: dict[str, str] = {}
    for data in suite.data:
        try:
            there, prints = runs, {seed: suite.data[data].fingerprint(seed) for seed in suite.seeds}
        except (FathomError, OSError) as error:
            missing[data] = str(error)
            kept = {seed: remembered.get((data, seed)) for seed in suite.seeds}
            there, prints = absent, {seed: told for seed, told in kept.items() if told}
        for seed, budget, entrant in product(prints, suite.budgets, suite.methods):
            settings = chosen[data][entrant.called].model_copy(update={"seed": seed})
            there.append(Run(suite, data, entrant, settings, budget, seed, prints[seed]))
    if not runs and not absent:
        raise FathomError(f"{suite.name}: none of its data are here. {' '.join(missing.values())}")
    names: dict[str, str] = {}
    for run in runs:
        if names.setdefault(run.key, run.sentence) != run.sentence:
            raise FathomError(f"{suite.name}: {names[run.key]} and {run.sentence} are the same run.")
    return Plan(tuple(runs), missing, tuple(absent))


def settings_of(suite: ImageSuite | EchogramSuite, data: str) -> dict[str, ImageSettings | TrainSettings]:
    """Settings of every entrant, by what it is called: its preset, the suite's changes, the data's, its own.

    Raises
    ------
    FathomError
        As `plan`.
    """
    return {
        entrant.called: _settings(suite, data, entrant, f"{suite.name}: methods.{place} ({entrant.called})")
        for place, entrant in enumerate(suite.methods)
    }


def _settings(
    suite: ImageSuite | EchogramSuite, data: str, entrant: Entrant, place: str
) -> ImageSettings | TrainSettings:
    presets: Mapping[str, ImageSettings | TrainSettings]
    if suite.kind == "images":
        presets, rivals, methods = IMAGE_PRESETS, set(IMAGE_RIVALS), {*IMAGE_METHODS, *ROW_METHODS}
    else:
        presets, rivals, methods = PRESETS, set(PIXEL_RIVALS), set(METHODS)
    preset = entrant.preset or suite.preset
    if preset not in presets:
        raise FathomError(f"{place}: no preset is called {preset!r}; there are {', '.join(presets)}.")
    if entrant.method not in rivals | methods:
        raise FathomError(
            f"{place}: no method of {suite.kind} is called {entrant.method!r}; there are "
            f"{', '.join(sorted(methods))}, and as rivals {', '.join(sorted(rivals))}."
        )
    base = presets[preset]
    own = {} if entrant.method in rivals else {"method": entrant.method}
    changes = suite.settings | suite.data_settings.get(data, {}) | entrant.settings
    told = base.model_dump() | changes | own
    try:
        return type(base).model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise FathomError(f"{place}: settings.{name}: {first['msg']} (found {first['input']!r}).") from error
