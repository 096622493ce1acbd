"""The second reader: Tesseract with chi_sim, where onnxruntime cannot run. It reads far less, and says so by its scores.

Its own orientation finding turns upright pages over, so a page is tried as it is and, when hardly a word is found, turned.
"""

import resource
import signal
from itertools import groupby
from typing import Any

import pytesseract
from PIL import Image

from insurance.adapters.ports import Page, ReadingRefused, ReadingUnavailable, TextBox
from insurance.adapters.storage.refusals import refuse

_LANGUAGE = "chi_sim+eng"
_TIMEOUT_SECONDS = 60
# of that time, in processor seconds
_WORKED = 0.5
# a page read the wrong way up gives words, but none that the engine believes
_CLEAR = 0.6


class TesseractReader:
    name = "tesseract"

    def __init__(self) -> None:
        try:
            installed = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError) as error:
            raise ReadingUnavailable("tesseract is not installed: apt-get install -y tesseract-ocr") from error
        if "chi_sim" not in installed:
            raise ReadingUnavailable("Chinese is missing: apt-get install -y tesseract-ocr-chi-sim")

    def read_page(self, image: object) -> Page:
        picture = _picture(image)
        best, turned = self._lines(picture, "--psm 6"), 0
        for degrees in (90, 180, 270):
            if best and sum(b.score for b in best) / len(best) >= _CLEAR:
                break
            lines = self._lines(picture.rotate(-degrees, expand=True), "--psm 6")
            if sum(b.score for b in lines) > 1.5 * sum(b.score for b in best):
                best, turned = lines, degrees
        width, height = picture.size if turned in (0, 180) else picture.size[::-1]
        return Page(width, height, tuple(best), turned_ccw=turned)

    def read_upright(self, image: object) -> Page:
        picture = _picture(image)
        return Page(picture.width, picture.height, tuple(self._lines(picture, "--psm 6")))

    def read_line(self, image: object) -> TextBox:
        picture = _picture(image)
        found = self._lines(picture, "--psm 7")
        corners = _corners(0, 0, picture.width, picture.height)
        return TextBox("".join(b.text for b in found), corners, min((b.score for b in found), default=0.0))

    def _lines(self, picture: Image.Image, config: str) -> list[TextBox]:
        spent = _spent()
        try:
            table = pytesseract.image_to_data(
                picture,
                lang=_LANGUAGE,
                config=config,
                timeout=_TIMEOUT_SECONDS,
                output_type=pytesseract.Output.DICT,
            )
        except (RuntimeError, OSError) as error:
            if _is_too_much(error, _spent() - spent):
                raise refuse("too_complex") from None
            raise ReadingUnavailable(f"tesseract failed: {type(error).__name__}") from error
        words = [i for i, text in enumerate(table["text"]) if text.strip()]
        lines: list[TextBox] = []
        for _, line in groupby(words, key=lambda i: (table["block_num"][i], table["par_num"][i], table["line_num"][i])):
            lines += _pieces(table, list(line))
        return lines


def _spent() -> float:
    """Processor seconds of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _is_too_much(error: Exception, spent: float) -> bool:
    """Whether the page took its time, and not a busy machine: ended by the kernel, or by the clock after it had worked."""
    if isinstance(error, pytesseract.TesseractError):
        return bool(error.status == -signal.SIGXCPU)
    return isinstance(error, RuntimeError) and spent >= _WORKED * _TIMEOUT_SECONDS


def _pieces(table: dict[str, list[Any]], words: list[int]) -> list[TextBox]:
    """A line falls into pieces where the gap is wider than one and a half characters: labels and values of a form."""
    pieces: list[list[int]] = []
    for i in words:
        if pieces and table["left"][i] - _right(table, pieces[-1][-1]) < 1.5 * table["height"][i]:
            pieces[-1].append(i)
        else:
            pieces.append([i])
    return [_box(table, piece) for piece in pieces]


def _right(table: dict[str, list[Any]], i: int) -> int:
    return int(table["left"][i]) + int(table["width"][i])


def _box(table: dict[str, list[Any]], piece: list[int]) -> TextBox:
    left, right = table["left"][piece[0]], _right(table, piece[-1])
    top = min(table["top"][i] for i in piece)
    bottom = max(table["top"][i] + table["height"][i] for i in piece)
    score = min(max(float(table["conf"][i]), 0.0) for i in piece) / 100
    return TextBox("".join(table["text"][i] for i in piece), _corners(left, top, right, bottom), score)


def _corners(
    left: float, top: float, right: float, bottom: float
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _picture(image: object) -> Image.Image:
    if not isinstance(image, Image.Image):
        raise ReadingRefused("not_an_image", "这个文件不是图片，无法识别。")
    return image.convert("RGB")
