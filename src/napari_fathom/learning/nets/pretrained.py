"""Encoders that timm has trained on photographs (extra `pretrained`)."""

from typing import cast

from torch import Tensor, nn

from napari_fathom.errors import TrainingError

__all__ = ["PretrainedEncoder"]


class PretrainedEncoder(nn.Module):
    """A timm model without its classifier, made to take one grey channel.

    Parameters
    ----------
    backbone : str
        timm's name of it.
    weights : bool
        Whether to fetch the trained weights (once; timm keeps them); without, for loading a model of ours.

    Raises
    ------
    TrainingError
        If timm isn't installed, doesn't know the name, or can't get the weights.
    """

    def __init__(self, backbone: str, *, weights: bool = True) -> None:
        super().__init__()
        try:
            import timm
        except ImportError as error:
            raise TrainingError(
                f"The pretrained encoder needs the package timm, which can't be imported ({error}). "
                "Install it with: pip install 'napari-fathom[pretrained]'. Or choose the encoder 'compact'."
            ) from error
        try:
            self.body: nn.Module = timm.create_model(backbone, pretrained=weights, in_chans=1, num_classes=0)
        except (RuntimeError, ValueError, OSError) as error:
            raise TrainingError(
                f"timm can't make the encoder {backbone!r}: {error}. Choose another backbone, "
                "see to the network connection, or choose the encoder 'compact'."
            ) from error
        self.features = int(self.body.num_features)

    def forward(self, pixels: Tensor) -> Tensor:
        """Features (n, D) of images (n, 1, side, side)."""
        return cast(Tensor, self.body(pixels))
