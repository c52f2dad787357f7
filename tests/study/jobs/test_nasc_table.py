"""The NASC table of a study: what each row says, and sounders that look up."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.study.surveys import finish

from napari_fathom.errors import StudyError
from napari_fathom.study.jobs import NascOptions, convert_job, export_job

Table = list[dict[str, str]]
A_METRE_OF_60_DB = 4 * np.pi * 1852**2 * 1e-6


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Table]:
    """The table of a survey of 20 pings and 40 cells of a metre, −60 dB all over, all of it one class."""

    def make(
        *, upward: bool = False, options: NascOptions | None = None, **vectors: np.ndarray
    ) -> list[dict[str, str]]:
        np.savez(
            tmp_path / "a.npz",
            sv_db=np.full((2, 40, 20), -60, np.float32),
            frequency_hz=np.array([38e3, 120e3]),
            range_m=0.5 + np.arange(40.0),
            ping_time_s=np.arange(20.0),
            **vectors,
        )
        study, _ = finish(convert_job(tmp_path / "a.npz", tmp_path / "a.fathom", upward=upward))
        with study:
            study.labels.write((0, 40, 0, 20), 2, origin="paint")
            job = export_job(study, "nasc", tmp_path / "a.csv", source="labels", classes=[2], nasc=options)
            path, _ = finish(job)
        with path.open(newline="") as stream:
            return list(csv.DictReader(stream))

    return make


def nasc(table: Table) -> dict[float, float]:
    """NASC by the layer's upper bound, where there is any."""
    return {
        float(row["layer_top_m"]): float(row["nasc_m2_nmi2"]) for row in table if float(row["nasc_m2_nmi2"])
    }


def test_a_row_says_its_frequency_its_place_and_its_length(table: Callable[..., Table]) -> None:
    latitude = 60 + np.arange(20) / 600
    options = NascOptions(frequency_hz=120e3, interval_nmi=1)
    rows = table(options=options, latitude=latitude, longitude=np.full(20, 4.0))
    assert {row["frequency_hz"] for row in rows} == {"120000.0"}
    first = rows[0]
    assert float(first["length_nmi"]) == pytest.approx(1, abs=0.11)
    middle = latitude[(int(first["first_ping"]) + int(first["last_ping"])) // 2]
    assert float(first["latitude"]) == pytest.approx(middle)


def test_without_positions_the_columns_are_there_and_empty(table: Callable[..., Table]) -> None:
    rows = table()
    assert {(row["latitude"], row["longitude"], row["length_nmi"]) for row in rows} == {("", "", "")}


def test_under_a_sounder_that_looks_up_layers_are_still_depths(table: Callable[..., Table]) -> None:
    found = nasc(table(upward=True, transducer_depth_m=np.full(20, 30.0)))
    ten_metres = pytest.approx(10 * A_METRE_OF_60_DB, rel=1e-5)
    assert found == {0: ten_metres, 10: ten_metres, 20: ten_metres}  # nothing from above the surface


def test_where_its_depth_is_unknown_layers_are_heights_above_it(table: Callable[..., Table]) -> None:
    found = nasc(table(upward=True))
    ten_metres = pytest.approx(10 * A_METRE_OF_60_DB, rel=1e-5)
    assert found == dict.fromkeys((-40, -30, -20, -10), ten_metres)


def test_a_frequency_that_is_not_there_is_named_with_those_that_are(table: Callable[..., Table]) -> None:
    with pytest.raises(StudyError, match=r"no 70 kHz channel \(found 38, 120 kHz\)"):
        table(options=NascOptions(frequency_hz=70e3))
