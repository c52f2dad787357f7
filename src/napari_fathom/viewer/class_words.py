"""How a list of classes speaks of what has a class: painted pixels of a survey, images of a collection."""

from dataclasses import dataclass

__all__ = ["IMAGE_WORDS", "PIXEL_WORDS", "ClassWords"]


@dataclass(frozen=True)
class ClassWords:
    """Words of a `ClassEditor` that depend on what is labelled.

    Parameters
    ----------
    counted : str
        What has a class, in the plural.
    key_does : str
        What the key of a class is for.
    choose : str
        What choosing a class is for; its name follows.
    name : str
        What a class's name is.
    free : str
        How what has a class is rid of it, an imperative.
    eraser, erases : str
        Title and tip of choosing no class.
    """

    counted: str
    key_does: str
    choose: str
    name: str
    free: str
    eraser: str
    erases: str


PIXEL_WORDS = ClassWords(
    counted="painted pixels",
    key_does="Key that chooses this class while the labels layer is active",
    choose="Paint with",
    name="Name of the class; also that of exported regions",
    free="Erase them, or paint them with another class",
    eraser="Eraser (unlabelled)",
    erases="Paint with this to take labels away",
)

IMAGE_WORDS = ClassWords(
    counted="labelled images",
    key_does="Digit that gives what is selected this class",
    choose="Let Paint and Label selection give",
    name="Name of the class; A>B says that B stands below A",
    free="Give them another class, or withdraw their labels",
    eraser="Withdraw (no class)",
    erases="Let Paint and Label selection take back what you said",
)
