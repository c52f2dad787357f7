"""Which labelled images are kept out of training, to judge it by."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.images.source import ImageLabels

__all__ = ["conflicting_groups", "hold_out_images"]


def hold_out_images(labels: ImageLabels, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Choose whole groups of each class, at random, until they hold `share` of its labels, rounded down.

    A class keeps at least half of its labels for training. One with so few that its share is below one label
    (four, at a fifth) holds nothing out: each of them is worth more to learn from than to judge by.

    Parameters
    ----------
    labels : ImageLabels
    share : float
        In [0, 0.5].
    seed : int

    Returns
    -------
    ndarray of bool, shape (N,)
        Held-out images; the unlabelled twins of a held-out image are among them.
    """
    random = np.random.default_rng([seed, 11])
    target, group = labels.target.astype(np.int64), labels.groups
    totals = labels.counts()
    held = dict.fromkeys(totals, 0)
    chosen: set[int] = set()
    members = _members(target, group)
    having: dict[int, list[int]] = {value: [] for value in totals}
    for number in sorted(members):
        for value in members[number]:
            having[value].append(number)
    for value in sorted(totals, key=lambda value: (totals[value], value)):  # rare classes choose first
        wanted = int(share * totals[value] + 1e-9)
        for number in random.permutation(np.array(having[value], np.int64)).tolist():
            if held[value] >= wanted:
                break
            counts = members[number]
            if number in chosen or any(2 * (held[c] + n) > totals[c] for c, n in counts.items()):
                continue
            chosen.add(number)
            for c, n in counts.items():
                held[c] += n
    return np.isin(group, np.array(sorted(chosen), np.int64))


def conflicting_groups(labels: ImageLabels) -> int:
    """How many groups hold labels of two classes or more."""
    members = _members(labels.target.astype(np.int64), labels.groups)
    return sum(len(counts) > 1 for counts in members.values())


def _members(target: npt.NDArray[np.int64], group: npt.NDArray[np.int64]) -> Mapping[int, Mapping[int, int]]:
    """For each group with labels, how many of which class."""
    said = target > 0
    pairs, counts = np.unique(np.stack([group[said], target[said]]), axis=1, return_counts=True)
    members: dict[int, dict[int, int]] = {}
    for number, value, count in zip(*pairs.tolist(), counts.tolist(), strict=True):
        members.setdefault(number, {})[value] = count
    return members
