"""Works on a study until it is killed; `test_crash` tells it to, again and again.

Imports torch once, then forks for each round, so that a round costs little more than its work. What it says
on stdout is what a scientist would have seen: a stroke or a model is said only after the store returned.
"""

import os
import sys
import traceback
from pathlib import Path

import numpy as np

import napari_fathom.learning.model_file
import napari_fathom.learning.train  # noqa: F401 - imported once, before the rounds
from napari_fathom.labels import LabelStore
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.study.jobs import train_job

SHAPE = (96, 600)


def say(word: str, number: int) -> None:
    """One line in one write: a kill can't tear it, and no buffer is shared with the child of a fork."""
    os.write(1, f"{word} {number}\n".encode())


def stroke(number: int) -> tuple[tuple[int, int, int, int], np.ndarray]:
    """Box and values of the stroke that makes event `number`; both sides can tell."""
    random = np.random.default_rng(number)
    height, width = random.integers(3, 30), random.integers(10, 200)
    top, left = random.integers(0, SHAPE[0] - height), random.integers(0, SHAPE[1] - width)
    box = (int(top), int(top + height), int(left), int(left + width))
    return box, random.integers(0, 4, (height, width)).astype(np.uint8)


def draw(plain: np.ndarray, strokes: np.ndarray, number: int) -> None:
    """Set the stroke in plain arrays of labels and of stroke ids."""
    (top, bottom, left, right), values = stroke(number)
    inner = plain[top:bottom, left:right]
    changed = inner != values
    inner[changed] = values[changed]
    strokes[top:bottom, left:right][changed] = np.where(values > 0, number, 0)[changed]


def paint(folder: Path, _: str) -> None:
    """Stroke after stroke, with a checkpoint after every few."""
    with LabelStore.open(folder / "labels") as labels:
        number = labels.last_event
        while True:
            number += 1
            event = labels.write(*stroke(number), origin="paint")
            say("stroke", event.number)
            if number % 7 == 0:
                labels.checkpoint()


def train(folder: Path, settings: str) -> None:
    """Model after model, painting in between."""
    with Study.open(folder) as study:
        while True:
            for _ in train_job(study, TrainSettings.model_validate_json(settings)):
                pass
            current = study.current_model
            assert current is not None
            say("model", current.number)


def save(folder: Path, _: str) -> None:
    """Save classes and settings, again and again, each with the round's number in it."""
    with Study.open(folder) as study:
        number = int(study.settings.get("round", 0))
        while True:
            number += 1
            study.update(training={"round": number})
            study.labels.set_classes(study.classes.with_renamed(3, f"fish {number}"))
            say("saved", number)


def main() -> None:
    """Fork a child for each line `WHAT FOLDER SETTINGS` on stdin and say when it is dead."""
    for line in sys.stdin:
        what, folder, settings = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            try:
                say("begun", os.getpid())
                {"paint": paint, "train": train, "save": save}[what](Path(folder), settings)
            except Exception:  # noqa: BLE001 - whatever it is, it is told, and the fork ends here
                traceback.print_exc()
            finally:  # they only end by being killed; a fork's interpreter may wait for threads it hasn't got
                os._exit(1)
        os.waitpid(child, 0)
        say("dead", child)


if __name__ == "__main__":
    main()
