"""What is remembered of a user from one program run to the next, whatever survey is open."""

import json
from typing import Any

from qtpy.QtCore import QSettings

__all__ = ["recall", "remember"]


def recall(key: str, otherwise: Any) -> Any:
    """What was remembered under a key; `otherwise` where nothing is, or what is there can't be read."""
    try:
        return json.loads(str(_settings().value(key, "")))
    except json.JSONDecodeError:
        return otherwise


def remember(key: str, value: Any) -> None:
    """Keep a value that JSON can hold."""
    _settings().setValue(key, json.dumps(value))


def _settings() -> QSettings:
    """One small text file in the user's own configuration folder, the same on every system."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "napari-fathom", "fathom")
