"""One small family of errors, each a sentence a scientist can act on."""

from pathlib import Path

__all__ = ["Cancelled", "FathomError", "FormatError", "LabelError", "StudyError", "TrainingError"]


class FathomError(Exception):
    """Something the user can mend; the message says what was found, what was expected, what to do."""


class FormatError(FathomError):
    """A file is ours to read but damaged, empty, or lacks something.

    Parameters
    ----------
    path : Path or str
        The file; its name starts the message.
    found : str
        What is there, with the place where it was found.
    expected : str
        What should be there, and what to do.
    """

    def __init__(self, path: Path | str, found: str, expected: str) -> None:
        self.path, self.found, self.expected = Path(path), found, expected
        super().__init__(f"{self.path.name}: {found}. {expected}")


class LabelError(FathomError):
    """Labels that don't fit the survey, its classes or each other."""


class TrainingError(FathomError):
    """Training can't start or go on; nothing that was there before is touched."""


class StudyError(FathomError):
    """A study on disk that is missing, newer than this program, or locked by another one."""


class Cancelled(FathomError):  # no Error in its name: not a fault, the user pressed Stop
    """Raised inside long work when its token is set; what was best so far is kept."""
