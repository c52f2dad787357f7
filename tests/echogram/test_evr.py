from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.evr import Region, RegionType, read_evr, write_evr
from napari_fathom.errors import FormatError

SHIPPED = [
    "transect.evr",
    "transect_BT_ET.evr",
    "transect_empty.evr",
    "transect_missing_bbox.evr",
    "transect_multi_mask.evr",
    "x0045_regions.evr",
]


@pytest.fixture(scope="session")
def region_files(shipped_data: Path) -> Path:
    return shipped_data / "regions"


@pytest.fixture
def square() -> Region:
    time = np.array(["2020-01-01T00:00:01.5", "2020-01-01T00:00:09.25"], "datetime64[ns]")
    return Region(
        time[[0, 1, 1, 0]],
        np.array([30.0, 30.0, 10.0, 10.0]),
        "sandeel",
        "sandeel 1",
        7,
        notes=("a", "", "b"),
    )


def same(left: Region, right: Region) -> bool:
    return (
        np.array_equal(left.time, right.time)
        and np.array_equal(left.depth_m, right.depth_m)
        and [
            left.class_name,
            left.name,
            left.region_id,
            left.region_type,
            left.creation,
            left.notes,
            left.detection,
        ]
        == [
            right.class_name,
            right.name,
            right.region_id,
            right.region_type,
            right.creation,
            right.notes,
            right.detection,
        ]
    )


def test_hand_drawn_hake_regions_are_read_whole(region_files: Path) -> None:
    regions = read_evr(region_files / "x0045_regions.evr")

    hake = regions[-1]
    assert len(regions) == 18
    assert [region.class_name for region in regions if region.region_type is RegionType.ANALYSIS] == [
        "Age-1 Hake",
        "Unclassified regions",
        "Hake",
        "Hake",
    ]
    assert (hake.region_id, hake.name, hake.creation, len(hake.time)) == (32, "H22U-Region32", 2, 76)
    assert hake.time[0] == np.datetime64("2017-07-17T22:21:22.711")
    assert hake.depth_m[0] == 353.1124807396


def test_notes_keep_their_blank_lines(region_files: Path) -> None:
    hake = read_evr(region_files / "x0045_regions.evr")[-1]

    assert hake.notes == (
        "LCH:  Agreed.",
        "",
        "JG:  This looks like the sign you trawled on the next transect, x46, for AWT22.",
    )


def test_markers_and_bands_reach_beyond_the_water(region_files: Path) -> None:
    marker = read_evr(region_files / "transect.evr")[0]

    assert marker.region_type is RegionType.MARKER
    assert marker.depth_m.tolist() == [-9999.99, 9999.99, 9999.99, -9999.99]


def test_a_file_without_regions_gives_none(region_files: Path) -> None:
    assert read_evr(region_files / "transect_empty.evr") == ()


def test_a_region_without_bounding_box_is_read(region_files: Path) -> None:
    assert [region.name for region in read_evr(region_files / "transect_missing_bbox.evr")] == ["COM", "Com"]


@pytest.mark.parametrize("name", SHIPPED)
def test_real_files_read_back_the_same_after_writing(region_files: Path, tmp_path: Path, name: str) -> None:
    regions = read_evr(region_files / name)

    write_evr(tmp_path / name, regions)

    assert all(same(old, new) for old, new in zip(regions, read_evr(tmp_path / name), strict=True))


def test_every_real_file_beside_the_checkout_reads_back_the_same(shared_data: Path, tmp_path: Path) -> None:
    for path in sorted((shared_data / "echo" / "regions").glob("*.evr")):
        regions = read_evr(path)
        write_evr(tmp_path / path.name, regions)
        assert all(
            same(old, new) for old, new in zip(regions, read_evr(tmp_path / path.name), strict=True)
        ), path.name


def test_regions_are_written_as_echoview_writes_them(tmp_path: Path, square: Region) -> None:
    write_evr(tmp_path / "out.evr", [square])

    left, right = "20200101 0000015000", "20200101 0000092500"
    assert (tmp_path / "out.evr").read_bytes().decode("utf-8").split("\r\n") == [
        "\ufeffEVRG 7 13.0.378.44817",
        "1",
        "",
        "13 4 7 0 2 -1 1 20200101 0000015000  10.0000000000 20200101 0000092500  30.0000000000",
        "3",
        "a",
        "",
        "b",
        "0",
        "sandeel",
        f"{left} 30.0000000000 {right} 30.0000000000 {right} 10.0000000000 {left} 10.0000000000 1 ",
        "sandeel 1",
        "",
    ]


def test_a_file_cut_short_says_where(tmp_path: Path, region_files: Path) -> None:
    whole = (region_files / "x0045_regions.evr").read_bytes()
    path = tmp_path / "cut.evr"
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(FormatError, match=r"cut\.evr: (it ends at line \d+ before|line \d+ is)"):
        read_evr(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("13 4 7 0 2 -1", "thirteen 1", "line 4 is 'thirteen 1 1"),
        ("\n1\n\n13", "\nmany\n\n13", "line 2 is 'many'"),
        ("20200101 0000015000 30", "20201301 0000015000 30", "line 11 is not what it should be .*month 13"),
        (
            "10.0000000000 1 ",
            "10.0000000000 9 ",
            "line 11 is not what it should be .*9 is not a valid RegionType",
        ),
        ("30.0000000000 20200101 0000092500 10", "30.0 10", "line 11 is 11 words"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, square: Region, old: str, new: str, told: str) -> None:
    path = tmp_path / "bad.evr"
    write_evr(path, [square])
    text = path.read_bytes().decode().replace("\r\n", "\n")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(FormatError, match=told):
        read_evr(path)


def test_a_name_of_two_lines_is_refused(tmp_path: Path, square: Region) -> None:
    with pytest.raises(ValueError, match="more than one line"):
        write_evr(tmp_path / "out.evr", [Region(square.time, square.depth_m, "a\nb", "c", 1)])


def test_a_region_without_points_is_refused(tmp_path: Path, square: Region) -> None:
    with pytest.raises(ValueError, match="no points"):
        write_evr(tmp_path / "out.evr", [Region(square.time[:0], square.depth_m[:0], "a", "c", 1)])
