"""A prediction's record of its class shares, put in words. Knows no Qt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from napari_fathom.study.class_shares import FEWEST_STROKES
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
    shares = record.shares
    return SharesView(
        classes,
        shares.source_shares,
        shares.shares if shares.supported else None,
        record.corrected,
        evidence_words(shares, [item.name for item in classes], record.corrected),
    )


def evidence_words(shares: "ClassShares", names: Sequence[str], corrected: bool) -> str:
    """Say what speaks for using the shares and how they were estimated, or why no figure is told."""
    if shares.supported:
        return f"{shares.reason} Estimated by {_METHODS.get(shares.method, shares.method)}."
    words = [shares.reason]
    if shares.judged:
        few = [
            f"{name} {count}"
            for name, count in zip(names, shares.strokes, strict=True)
            if count < FEWEST_STROKES
        ]
        words.append(
            f"Too few strokes were held out to tell the survey's shares ({', '.join(few)}; "
            f"{FEWEST_STROKES} of each class are needed): paint more strokes and retrain."
        )
    if corrected and not shares.favoured:
        words.append("The correction that you asked for is a guess.")
    return " ".join(words)
