import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.long_pages import detect_in_parts, longest_side
from insurance.adapters.ocr.reading import read_file
from insurance.adapters.ocr.views import draw_views
from insurance.adapters.storage.content import inspect

Array = np.ndarray[Any, Any]
LINES = [(40, y, 40 + 300 + y % 300, y + 24) for y in range(10, 7960, 36)]


class Detector:
    """Finds black bars, level or upright, a little elsewhere each time, and notes what it was shown."""

    def __init__(self, is_upright: bool) -> None:
        self.shown: list[tuple[int, int]] = []
        self.is_upright = is_upright

    def __call__(self, pixels: Array) -> Array:
        self.shown.append(pixels.shape[:2])
        shake = (-1) ** len(self.shown)
        ink = pixels.T == 0 if self.is_upright else pixels == 0
        rows = np.flatnonzero(np.diff(np.concatenate([[0], ink.any(axis=1), [0]]).astype(int)))
        quads = []
        for top, bottom in rows.reshape(-1, 2):
            left, right = np.flatnonzero(ink[top:bottom].any(axis=0))[[0, -1]]
            corners = [(left, top), (right + 1, top), (right + 1, bottom), (left, bottom)]
            quads.append([(y, x) if self.is_upright else (x, y) for x, y in corners])
        shaken: Array = np.array(quads, np.float32).reshape(-1, 4, 2) + shake
        return shaken


@pytest.mark.parametrize("is_upright", [False, True])
def test_every_line_of_a_long_page_is_found_once_and_whole(is_upright: bool) -> None:
    page = np.full((8000, 1080), 255, np.uint8)
    for left, top, right, bottom in LINES:
        page[top:bottom, left:right] = 0
    detector = Detector(is_upright)
    found = detect_in_parts(detector, page.T if is_upright else page)
    boxes = sorted((quad[:, ::-1] if is_upright else quad for quad in found), key=lambda quad: float(quad[0, 1]))
    assert [(*quad.min(axis=0), *quad.max(axis=0)) for quad in boxes] == [pytest.approx(line, abs=1) for line in LINES]
    assert len(detector.shown) > 3
    assert max(max(shape) for shape in detector.shown) <= 2 * 1080


def test_a_long_screenshot_is_read_at_its_own_width_and_an_ordinary_picture_as_ever() -> None:
    sizes = {
        (1080, 8000): (1080, 8000),
        (1080, 3240): (1067, 3200),
        (3000, 4000): (2400, 3200),
        (1080, 3000): (1080, 3000),
    }
    for size, read_at in sizes.items():
        file = io.BytesIO()
        Image.new("L", size, 255).save(file, "PNG")
        page = read_file(file.getvalue(), FakeReader()).pages[0]
        assert (page.width, page.height) == read_at
    (view,) = draw_views(file.getvalue(), inspect(file.getvalue()))
    assert (view.width, view.height) == (720, 2000)


def test_however_long_a_page_is_it_has_no_more_pixels_than_a_square_one() -> None:
    for width, height in [(1080, 8000), (300, 60_000), (9000, 1000)]:
        side = longest_side(width, height, 3200)
        scale = side / max(width, height)
        assert width * scale * height * scale <= 3200 * 3200
    assert [longest_side(*size, 3200) for size in [(3, 9), (100, 100)]] == [3200, 3200]


def test_a_box_is_compared_with_those_at_the_border_of_its_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    norm = np.linalg.norm

    def counted(vectors: Array, axis: int) -> Array:
        compared.append(vectors.shape[0] * vectors.shape[1])
        lengths: Array = norm(vectors, axis=axis)
        return lengths

    monkeypatch.setattr(np.linalg, "norm", counted)
    page = np.full((36_100, 1080), 255, np.uint8)
    for top in range(10, 36_000, 40):
        page[top : top + 24, 40:400] = 0
    assert len(detect_in_parts(Detector(is_upright=False), page)) == 900
    assert sum(compared) < 10 * 900


def test_a_line_at_a_border_is_found_once_however_thick_and_two_beside_each_other_twice() -> None:
    # the first border of such a page is at 1890
    for thickness in (6, 60, 400):
        page = np.full((8000, 1080), 255, np.uint8)
        page[1890 - thickness // 2 : 1890 + thickness // 2, 40:900] = 0
        assert len(detect_in_parts(Detector(is_upright=False), page)) == 1

    def two(pixels: Array) -> Array:
        quads = Detector(is_upright=False)(pixels)
        return np.concatenate([quads, quads + np.array([500, 0], np.float32)])

    assert len(detect_in_parts(two, page)) == 2


def test_a_strip_longer_than_a_jpeg_may_be_has_a_view() -> None:
    file = io.BytesIO()
    Image.new("1", (100, 499_000), 1).save(file, "PNG")
    (view,) = draw_views(file.getvalue(), inspect(file.getvalue()))
    assert (view.width, view.height) == (13, 65_500)
