"""A method of your own: a class that yields losses, and one line that registers it.

This one takes the network's own confident answers on unpainted pixels for labels ("pseudo-labels", Lee 2013),
after each supervised step. In the project it would be a file in `learning/methods/` and a line in `METHODS`.
"""

from collections.abc import Iterator
from typing import ClassVar

import _survey
from torch.nn.functional import cross_entropy

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods import METHODS, Loss, SupSeg
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import features_of
from napari_fathom.learning.nets.network import Network

CONFIDENT = 0.95


class PseudoLabels(SupSeg):
    """SupSeg, and a second step on unpainted pixels whose class is almost certain."""

    name: ClassVar[str] = "pseudo-labels"
    about: ClassVar[About] = About("Pseudo-labels", "Lee 2013", "Learns from its own sure answers, too.")

    @property
    def needs_unlabelled(self) -> bool:
        """Unlabelled patches are what this is about."""
        return True

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the supervised loss, then that of the pseudo-labels: one optimiser step after each."""
        yield from super().objectives(network, batch)
        _, features = features_of(network, batch)
        logits = network.heads.classes(features).float()
        certainty, pseudo = logits.detach().softmax(1).max(1)
        confident = certainty > CONFIDENT
        value = cross_entropy(logits, pseudo, reduction="none")[confident].sum() / max(
            int(confident.sum()), 1
        )
        yield Loss("pseudo-labels", value)


def main() -> float:
    """Register the method, train with it, and return kappa on the survey it was trained on."""
    METHODS[PseudoLabels.name] = PseudoLabels
    try:
        survey, painting = _survey.make(seed=1)
        settings = _survey.QUICK.model_copy(update={"method": PseudoLabels.name})
        return _survey.kappa_on(_survey.train(settings, survey, painting), survey)
    finally:
        del METHODS[PseudoLabels.name]


if __name__ == "__main__":
    print(f"kappa {main():.3f}")
