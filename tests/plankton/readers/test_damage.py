"""Whatever happened to a file: either its good part is read, or one kind of error names it."""

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plankton.sets import tables_of

from napari_fathom.errors import FormatError
from napari_fathom.plankton import sniff

HEADER = '"object_id"\t"img_file_name"\t"object_date"\t"object_time"\t"object_lat"\t"object_area"\n'
ECOTAXA = (
    HEADER + '"[t]"\t"[t]"\t"[t]"\t"[t]"\t"[f]"\t"[f]"\n' + '"a"\t"a.png"\t20140420\t42000\t-12.5\t7\n' * 3
)
LISTING = "id,img_path,label\n1,a/1.png,x\n2,a/2.png,\n"


def _npy() -> bytes:
    stream = BytesIO()
    np.save(stream, np.zeros((3, 4, 5), np.uint8))
    return stream.getvalue()


FILES = {"ecotaxa_t.tsv": ECOTAXA.encode(), "t.csv": LISTING.encode(), "t.npy": _npy()}

damage = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([b"", b'"', b"\t", b"\n", b"\r", b"\0", b",", b"\xff", b"nan", b"1e999", b"-"]),
        st.sampled_from([0, 1, 30]),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, blows: list[tuple[float, bytes, int]]) -> bytes:
    for where, put, take in blows:
        at = int(where * len(data))
        data = data[:at] + put + data[at + take :]
    return data


def read_or_refuse(folder: Path, name: str) -> None:
    sniff(folder)
    try:
        tables = tables_of(folder)
    except FormatError as error:
        assert name in str(error) or folder.name in str(error)
    else:
        assert tables.objects["object_id"].is_unique


# numpy's remark on a header that only its parser for Python 2 understands; the array is read all the same
@pytest.mark.filterwarnings("ignore:Reading `.npy` or `.npz` file required additional header:UserWarning")
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=25)
@given(blows=damage)
def test_a_damaged_table_or_array_is_read_or_refused(
    name: str, blows: list[tuple[float, bytes, int]]
) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(damaged(FILES[name], blows))
        read_or_refuse(Path(folder), name)


@pytest.mark.parametrize("suffix", [".adc", ".hdr"])
@settings(max_examples=15)
@given(blows=damage)
def test_a_damaged_bin_is_read_or_refused(
    shipped_data: Path, suffix: str, blows: list[tuple[float, bytes, int]]
) -> None:
    with TemporaryDirectory() as folder:
        bins = shutil.copytree(shipped_data / "plankton" / "ifcb", Path(folder) / "bins")
        file = next(bins.glob(f"*{suffix}"))
        file.write_bytes(damaged(file.read_bytes(), blows))
        read_or_refuse(bins, file.name)
