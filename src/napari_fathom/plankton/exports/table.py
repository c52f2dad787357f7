"""The table of a collection, with labels and answers, for spreadsheets and scripts."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Event
from napari_fathom.files import replace_file

__all__ = ["write_table"]


def write_table(
    path: Path, table: pd.DataFrame, answers: pd.DataFrame | None = None
) -> Iterator[Event[Path]]:
    """Write one row an object: comma-separated UTF-8, or parquet with its types, as the name says.

    Parameters
    ----------
    path : Path
        `.csv` or `.parquet`; replaced whole.
    table : DataFrame
        `Collection.objects`, with what is to be said of them now.
    answers : DataFrame, optional
        Further columns, with the same index; see `answer_columns`.

    Yields
    ------
    At last Done(path).

    Raises
    ------
    FathomError
        If the name ends in neither.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise FathomError(f"{path.name}: a table is written as .csv or .parquet. Choose one of these.")
    whole = table if answers is None else pd.concat([table, answers], axis=1)
    whole = whole.rename_axis("row").reset_index()
    with replace_file(path) as beside:
        if path.suffix.lower() == ".csv":
            whole.to_csv(beside, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S")
        else:
            whole.to_parquet(beside, index=False)
    yield Done(path)
