"""A scripted reader: it gives the pages it was told to give, in turn, so that reading can be tested without an engine."""

from collections.abc import Sequence

from PIL import Image

from insurance.adapters.ports import Page, ReadingRefused, ReadingUnavailable, TextBox


class FakeReader:
    """`pages` are given one after another, the last one again and again; `down = True` makes every call unavailable."""

    name = "fake"

    def __init__(self, pages: Sequence[Page] = (), lines: Sequence[str] = ()) -> None:
        self.down = False
        self.asked = 0
        self._pages = list(pages)
        self._lines = list(lines)

    def read_page(self, image: object) -> Page:
        picture = self._picture(image)
        self.asked += 1
        if not self._pages:
            return Page(picture.width, picture.height, ())
        return self._pages.pop(0) if len(self._pages) > 1 else self._pages[0]

    def read_upright(self, image: object) -> Page:
        return self.read_page(image)

    def read_line(self, image: object) -> TextBox:
        picture = self._picture(image)
        text = self._lines.pop(0) if len(self._lines) > 1 else "".join(self._lines)
        right, bottom = float(picture.width), float(picture.height)
        return TextBox(text, ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)), 1.0 if text else 0.0)

    def _picture(self, image: object) -> Image.Image:
        if self.down:
            raise ReadingUnavailable("the reader is down")
        if not isinstance(image, Image.Image):
            raise ReadingRefused("not_an_image", "这个文件不是图片，无法识别。")
        return image
