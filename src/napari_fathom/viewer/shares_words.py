"""A prediction's record of its class shares, put in words. Knows no Qt."""

from typing import TYPE_CHECKING

from napari_fathom.viewer.shares_panel import SharesView

if TYPE_CHECKING:
    from napari_fathom.study import PredictionStore, Study
    from napari_fathom.study.class_shares import ClassShares

__all__ = ["evidence_words", "shares_view"]


_METHODS = {
    "em": "expectation-maximisation",
    "bbse-hard": "black-box shift estimation from classes",
    "bbse-soft": "black-box shift estimation from probabilities",
}


def shares_view(study: "Study", store: "PredictionStore") -> SharesView | None:
    """What the panel shows of a prediction; None where no shares were estimated."""
    record = store.record
    if record.shares is None:
        return None
    known = {item.value: item for item in study.classes}  # names and colours of now, not of the training
    classes = [known.get(item.value, item) for item in store.classes]
    tells = record.shares.judged or record.corrected
    return SharesView(
        classes,
        record.shares.source_shares,
        record.shares.shares if tells else None,
        record.corrected,
        evidence_words(record.shares) if tells else record.shares.reason,
    )


def evidence_words(shares: "ClassShares") -> str:
    """Say how the shares were estimated and what speaks for using them."""
    return f"{shares.reason} Estimated by {_METHODS.get(shares.method, shares.method)}."
