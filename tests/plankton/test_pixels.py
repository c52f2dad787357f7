import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.plankton.sets import drawn, encoded

from napari_fathom.errors import FormatError
from napari_fathom.plankton.pixels import (
    LARGEST_IMAGE,
    as_grey,
    check_size,
    decode,
    fingerprint,
    open_picture,
)


def decoded(data: bytes) -> np.ndarray:
    return decode(open_picture(data, "p.png"), "p.png")


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "gif"])
def test_the_same_picture_is_the_same_pixels_and_fingerprint_in_every_format(suffix: str) -> None:
    picture = drawn(1)
    np.testing.assert_array_equal(decoded(encoded(picture, suffix)), picture)
    assert fingerprint(decoded(encoded(picture, suffix))) == fingerprint(picture)


def test_a_grey_picture_stored_as_colour_is_the_grey_picture() -> None:
    picture = drawn(1)
    np.testing.assert_array_equal(decoded(encoded(np.stack([picture] * 3, axis=-1))), picture)


def test_more_than_eight_bits_are_kept() -> None:
    deep = drawn(1).astype(np.uint16) * 16
    np.testing.assert_array_equal(decoded(encoded(deep)), deep)
    np.testing.assert_array_equal(decoded(encoded(deep, "tiff")), deep)


def test_one_pixel_another_shape_or_type_is_another_fingerprint() -> None:
    picture = drawn(1)
    other = picture.copy()
    other[3, 4] ^= 1
    prints = [
        fingerprint(each) for each in (picture, other, picture.reshape(30, 20), picture.astype(np.uint16))
    ]
    assert len(set(prints)) == 4
    assert 0 not in prints


def gif_header(width: int, height: int) -> bytes:
    """A GIF of any size in 30 bytes, as it need not hold its pixels."""
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + b"\0" * 6
        + b",\0\0\0\0"
        + struct.pack("<HHB", width, height, 0)
        + b"\x02\x00;"
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(19157, 19157), (11000, 11000), (8200, 8200)])
def test_a_picture_that_claims_to_be_huge_is_refused_by_its_header(size: tuple[int, int]) -> None:
    """367, 121 and 67 megapixels: beyond what Pillow refuses, what it warns of, and what it lets pass."""
    with pytest.raises(FormatError, match="too large for one object"):
        open_picture(gif_header(*size), "scan.gif")


def test_sizes_are_bounded() -> None:
    side = int(LARGEST_IMAGE**0.5)
    check_size(side, side, "p")
    for height, width in ((side + 1, side + 1), (0, 5), (5, -1)):
        with pytest.raises(FormatError):
            check_size(height, width, "p")


@pytest.mark.parametrize(
    ("data", "found"), [(b"", "empty"), (b"no picture", "not an image"), (encoded(drawn(1))[:-60], "broken")]
)
def test_what_is_no_whole_picture_says_what_it_is(data: bytes, found: str) -> None:
    with pytest.raises(FormatError, match=found):
        decoded(data)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of tags it skips
@pytest.mark.parametrize("suffix", ["png", "jpeg", "tiff", "bmp", "gif"])
def test_a_damaged_picture_is_one_kind_of_error_wherever_it_is_damaged(suffix: str) -> None:
    data = encoded(drawn(1), suffix)
    for at in range(0, len(data), max(1, len(data) // 60)):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        for candidate in (bytes(broken), data[:at]):
            try:
                decoded(candidate)
            except FormatError:
                continue


def test_planes_of_stacks_are_images_or_refused() -> None:
    colour = np.stack([drawn(1)] * 4, axis=-1)
    np.testing.assert_array_equal(as_grey(colour, "s"), drawn(1))
    for wrong in (np.zeros((2, 3, 2)), np.zeros(4), np.zeros((3, 3), "datetime64[s]")):
        with pytest.raises(FormatError):
            as_grey(wrong, "s")


def test_frames_of_a_moving_picture_count_from_the_first() -> None:
    stream = BytesIO()
    Image.fromarray(drawn(1)).save(stream, "gif", save_all=True, append_images=[Image.fromarray(drawn(2))])
    np.testing.assert_array_equal(decoded(stream.getvalue()), drawn(1))
