"""Names that people write: when two of them are one."""

__all__ = ["folded"]


def folded(name: str) -> str:
    """A name without blanks around it, whatever its capitals: equal for what is the same to a reader."""
    return name.strip().casefold()
