"""Results are one parquet, readable by anybody, and by other versions of the program."""

import threading
from pathlib import Path

import pandas as pd
import pytest

from napari_fathom.errors import FormatError
from napari_fathom.evaluation.results import add_results, read_results, with_rows, write_results

ROW = {"key": "a", "name": "forest", "status": "done", "budget": 5.0, "seed": 0, "f1_macro": 0.5}


def test_rows_come_back_with_nothing_where_a_figure_has_no_meaning(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    write_results(path, [ROW, {**ROW, "key": "b", "confusion": [1.0, 0, 0, 1]}])
    first, second = read_results(path)
    assert (first["f1_macro"], first["kappa"], first["confusion"]) == (0.5, None, None)
    assert second["confusion"] == [1, 0, 0, 1]
    assert pd.read_parquet(path)["f1_macro"].mean() == 0.5


def test_a_new_row_takes_the_place_of_what_was_known_of_its_run() -> None:
    rows = with_rows([ROW, {**ROW, "key": "b"}], [{**ROW, "seed": 9}])
    assert [(row["key"], row["seed"]) for row in rows] == [("b", 0), ("a", 9)]


def test_rows_that_several_programs_add_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "r.parquet"

    def add(who: str) -> None:
        for number in range(8):
            add_results(path, [{**ROW, "key": f"{who}{number}"}])

    threads = [threading.Thread(target=add, args=(who,)) for who in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = sorted(row["key"] for row in read_results(path))
    assert kept == [f"{who}{number}" for who in "abc" for number in range(8)]


def test_columns_of_another_version_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pd.DataFrame([{"key": "a", "name": "n", "status": "done", "charm": 1.0}]).to_parquet(path)
    (row,) = read_results(path)
    assert "charm" not in row
    assert row["kappa"] is None


@pytest.mark.parametrize("damage", [b"", b"PAR1 and nothing more"])
def test_a_damaged_file_is_told(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "r.parquet"
    path.write_bytes(damage)
    with pytest.raises(FormatError, match=r"r.parquet: damaged, or no parquet"):
        read_results(path)


def test_anybody_elses_parquet_is_no_file_of_results(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(FormatError, match="no column 'key'"):
        read_results(path)
