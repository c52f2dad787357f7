"""What the training loop asks of a method: a generator of losses."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar  # with a default: a method of pixels needn't say so

from napari_fathom.events import Note, Progress
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.nets.network import ItemNetwork, Network, rows_of
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.shared_settings import SharedSettings

__all__ = [
    "Loss",
    "Method",
    "MethodContext",
    "PlainMethod",
    "Rows",
    "features_of",
    "restore_module",
    "rows_without_gradient",
    "unlabelled_rows",
]

S_co = TypeVar("S_co", bound=SharedSettings, default=TrainSettings, covariant=True)
N_contra = TypeVar("N_contra", bound=ItemNetwork, default=Network, contravariant=True)
B_contra = TypeVar("B_contra", default=Batch, contravariant=True)


@dataclass(frozen=True)
class Rows:
    """Items that a loss looked at.

    Parameters
    ----------
    features : Tensor, shape (N, D)
        With their gradient.
    target : Tensor of int64, shape (N,), optional
        Classes 0…C−1 of painted items; None for unlabelled ones.
    view : Tensor, shape (N, D), optional
        Features of the same items in another view.
    view_clusters : Tensor, shape (N, K), optional
        Cluster logits of that view where another network than the trained one (a teacher) gave them.
    """

    features: Tensor
    target: Tensor | None = None
    view: Tensor | None = None
    view_clusters: Tensor | None = None


@dataclass(frozen=True)
class Loss:
    """One objective's value: the loop takes one optimiser step for it.

    Parameters
    ----------
    name : str
        Of its curve.
    value : Tensor, scalar
        With its gradient.
    painted, unlabelled : Rows, optional
        Items that went through the network on the way, for a method that wraps this one and adds to its loss.
    consistency : Tensor, shape (N,), optional
        A further loss of each of the unlabelled rows, kept apart so that a wrapper can weigh them; their mean
        is added to `value`.
    """

    name: str
    value: Tensor
    painted: Rows | None = None
    unlabelled: Rows | None = None
    consistency: Tensor | None = None

    @property
    def total(self) -> Tensor:
        """What the optimiser lowers."""
        if self.consistency is None or not self.consistency.numel():  # nothing was measured in any patch
            return self.value
        return self.value + self.consistency.mean()


@dataclass(frozen=True)
class MethodContext(Generic[S_co]):
    """What a method is made from.

    Parameters
    ----------
    settings : TrainSettings or ImageSettings
    classes : int
        C.
    device : torch.device
        Where the batches will be.
    check : callable
        Raises `Cancelled` when the user pressed Stop; called inside long work.
    rest : int, optional
        Class (0…C−1) that nearly every unpainted cell is of; None where nothing is assumed.
    weights : tuple of float, length C, optional
        How much a labelled image of each class counts; None for all alike.
    seen, side : int
        Of images: how many numbers the encoder makes of one, and its side.
    gallery : Gallery, optional
        Of images: all that may be learned from, for a method that chooses among them itself.
    heads_go_on : bool
        Of images: whether the network's heads are those of an earlier run, and read features as they are.
    twin : callable, optional
        Makes another network like the one that is trained, from another seed, on the CPU.
    """

    settings: S_co
    classes: int
    device: torch.device
    check: Callable[[], None]
    rest: int | None = None
    weights: tuple[float, ...] | None = None
    seen: int = 0
    side: int = 0
    gallery: Gallery | None = None
    heads_go_on: bool = False
    twin: Callable[[int], ItemNetwork] | None = None

    def generator(self, salt: int) -> torch.Generator:
        """A generator on the CPU, seeded by the settings; `salt` tells one use from another."""
        return torch.Generator().manual_seed(self.settings.seed * 1000 + salt)


def features_of(network: Network, batch: Batch, *, view: bool = False) -> tuple[Tensor, Tensor]:
    """Send labelled and unlabelled patches through the network together.

    Batch normalisation takes its statistics from what it is shown. Patches around painted fish and patches of
    open sea differ so much that a network which sees them in turn learns each in its own statistics, and
    predicts with the mean of both, which it has never worked with (measured: kappa 0.16 instead of 0.59).

    Parameters
    ----------
    network : Network
    batch : Batch
    view : bool
        Send the unlabelled patches' second view instead.

    Returns
    -------
    labelled, unlabelled : Tensor, shape (pixels, D)
        Without unlabelled patches the second has no rows.
    """
    images = [batch.labelled.image]
    if batch.unlabelled is not None:
        second = batch.unlabelled.view if view else batch.unlabelled.image
        if second is not None:
            images.append(second)
    rows = rows_of(network.features(torch.cat(images)))
    split = batch.labelled.target.numel()
    return rows[:split], rows[split:]


@torch.no_grad()
def rows_without_gradient(network: Network, batch: Batch) -> Tensor:
    """Features of the valid unlabelled pixels as a teacher sees them, beside the same labelled patches."""
    assert batch.unlabelled is not None
    return features_of(network, batch)[1][batch.unlabelled.valid.reshape(-1)]


def unlabelled_rows(network: Network, batch: Batch, patches: UnlabelledPatches, features: Tensor) -> Rows:
    """The valid unlabelled pixels' features, with those of the second view where there is one."""
    valid = patches.valid.reshape(-1)
    view = None if patches.view is None else features_of(network, batch, view=True)[1][valid]
    return Rows(features[valid], view=view)


class Method(Protocol[N_contra, B_contra]):
    """A way of learning from a few labelled items and many others.

    Implementations are made from a `MethodContext` and registered: those of pixels in `METHODS`, those of
    images in `IMAGE_METHODS`.
    """

    name: ClassVar[str]
    about: ClassVar[About]

    @property
    def needs_unlabelled(self) -> bool:
        """Whether batches must hold unlabelled items."""
        ...

    @property
    def needs_view(self) -> bool:
        """Whether unlabelled items must come in two views."""
        ...

    @property
    def trains_clusters(self) -> bool:
        """Whether the cluster head learns something; else clusters are found among the features."""
        ...

    def begin(self, network: N_contra) -> Iterator[Note | Progress]:
        """Do what takes a while before the first mini-batch, telling how far it is."""
        ...

    def objectives(self, network: N_contra, batch: B_contra) -> Iterator[Loss]:
        """Yield losses one by one; the network is one optimiser step further after each."""
        ...

    def state(self) -> Mapping[str, Tensor]:
        """What must be kept to go on later, beside the network's weights."""
        ...

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from `state`; what doesn't fit these settings is left out."""
        ...

    def parameters(self) -> Iterable[nn.Parameter]:
        """Weights of its own, a decoder's or further heads', that are trained with the network's."""
        ...

    def settle(self, network: N_contra) -> None:
        """Put into `network`, a copy about to be judged, what shall answer: the best of several heads."""
        ...


class PixelMethod(Method, Protocol):
    """A method of pixels, as a class."""

    trains_clusters: ClassVar[bool]
    """Whether the cluster head learns something without DC3."""

    def __init__(self, context: MethodContext) -> None: ...


def restore_module(module: nn.Module, state: Mapping[str, Tensor], prefix: str) -> bool:
    """Load what `module.state_dict(prefix=prefix)` put into a state, if that module had this one's size."""
    kept = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    mine = module.state_dict()
    fits = kept.keys() == mine.keys() and all(kept[name].shape == mine[name].shape for name in mine)
    if fits:
        module.load_state_dict(kept)
    return fits


class PlainMethod:
    """What most methods are: they keep and train nothing beside the network, which answers as it is."""

    trains_clusters: ClassVar[bool] = False
    """Whether the cluster head learns something without DC3."""
    heeds_measures: ClassVar[bool] = True
    """Of images: whether the heads are shown measures beside the pixels."""
    before: ClassVar[str] = ""
    """The method of images whose network it goes on from; 'pretrain' for the one that this setting names."""

    @property
    def needs_unlabelled(self) -> bool:
        """No; a method that does says so as a plain attribute."""
        return False

    @property
    def needs_view(self) -> bool:
        """No, likewise."""
        return False

    def begin(self, network: ItemNetwork) -> Iterator[Note | Progress]:
        """Nothing to do."""
        return iter(())

    def state(self) -> Mapping[str, Tensor]:
        """Nothing."""
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Nothing to restore."""

    def parameters(self) -> Iterable[nn.Parameter]:
        """None."""
        return ()

    def settle(self, network: ItemNetwork) -> None:
        """Leave it as it is."""
