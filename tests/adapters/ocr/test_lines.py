import numpy as np
import pypdfium2
import pytest

from insurance.adapters.ocr.crops import LINE_HEIGHT, cut_lines, half_turned
from insurance.adapters.ocr.pdf import open_page
from insurance.adapters.ocr.recogniser import Recogniser

WORDS = b"(Total RMB 36060126 0012345678 2026-11-02 1,234.50 and more)"


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


@pytest.mark.parametrize("height", [12, 48, 300])
def test_every_line_is_cut_at_the_height_of_the_recogniser(height: int) -> None:
    page = np.full((800, 1200, 3), 255, np.uint8)
    page[100 : 100 + height, 200:] = 0
    (crop,) = cut_lines(page, [quad(200, 100, 200 + 3 * height, 100 + height)])
    assert crop.shape[0] == LINE_HEIGHT
    assert crop.shape[1] == pytest.approx(3.2 * LINE_HEIGHT, abs=2)
    assert crop[5:-5, 20:-20].mean() < 5
    assert np.array_equal(half_turned(half_turned(crop)), crop)


def test_a_box_taller_than_wide_is_laid_on_its_side() -> None:
    (crop,) = cut_lines(np.zeros((500, 500, 3), np.uint8), [quad(100, 50, 140, 250)])
    assert crop.shape[1] > 4 * LINE_HEIGHT


class Scripted:
    """A model that gives the same chances for every picture."""

    def __init__(self, steps: list[list[float]]) -> None:
        self._steps = np.array(steps, np.float32)

    def get_inputs(self) -> list[object]:
        return [type("Input", (), {"name": "x"})()]

    def run(self, _: None, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [np.stack([self._steps] * len(feed["x"]))]


def test_a_sign_in_two_widths_is_one_reading_and_the_next_guess_is_told() -> None:
    steps = [[0.0, 0.5, 0.4, 0.1, 0.0], [0.9, 0.0, 0.0, 0.1, 0.0], [0.1, 0.0, 0.0, 0.2, 0.7]]
    recogniser = Recogniser(Scripted(steps), ["blank", "：", ":", "8", "3"], threads=1)
    (guess,) = recogniser.read([np.zeros((LINE_HEIGHT, 90, 3), np.uint8)])
    assert guess.text == "：3"
    assert guess.scores == (0.9, 0.7)
    assert guess.seconds == (("8", 0.1), ("8", 0.2))
    assert guess.score == 0.7


def test_no_crops_are_no_guesses() -> None:
    assert Recogniser(Scripted([[1.0]]), ["blank"], threads=1).read([]) == []


def pdf(mode: int) -> pypdfium2.PdfDocument:
    content = b"BT /F1 12 Tf %d Tr 50 700 Td %s Tj 0 -40 Td (Invoice) Tj ET" % (mode, WORDS)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    file = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, body) for n, body in enumerate(objects, 1))
    return pypdfium2.PdfDocument(file + b"trailer<</Root 1 0 R>>")


def test_text_that_is_not_drawn_is_not_believed() -> None:
    drawn, hidden = open_page(pdf(0), 0)[1], open_page(pdf(3), 0)[1]
    assert drawn is not None
    assert "36060126" in "".join(box.text for box in drawn.boxes)
    assert hidden is None
