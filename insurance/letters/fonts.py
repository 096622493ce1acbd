"""The Chinese font of letters, looked up on this machine and never shipped: its widths, and the subset that a letter embeds.

HarfBuzz cuts a subset from the 20 MB collection in milliseconds; fontTools, which the PDF library would use on the whole file, takes
a third of a second and a hundred megabytes."""

import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import uharfbuzz as hb

# file, and its simplified Chinese face. The last one comes with macOS
_CANDIDATES = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("Arial Unicode.ttf", 0),
)
_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/usr/local/share/fonts",
    "/opt/homebrew/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
    "~/Library/Fonts",
    "~/.local/share/fonts",
)
# outlines and what is needed to place them
_KEPT = frozenset({"CFF ", "glyf", "loca", "cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post"})
# 〓, which printers set for a character that they don't have
_STAND_IN = "〓"


class FontMissing(Exception):
    """No Chinese font here. The text says what to install."""


class LetterFont:
    """One face, mapped into memory once. Safe to use from several threads."""

    def __init__(self, file: Path, index: int) -> None:
        self.name = file.name
        self._face = hb.Face(hb.Blob.from_file_path(str(file)), index)
        self._font = hb.Font(self._face)
        self._unit = self._face.upem
        self._known = frozenset(self._face.unicodes)
        self._advances: dict[str, float] = {}

    def printable(self, text: str) -> str:
        """The same text with 〓 for what the font can't show."""
        return "".join(c if c == "\n" or ord(c) in self._known else _STAND_IN for c in text)

    def width(self, text: str, size: float) -> float:
        """In points, at `size` points."""
        return sum(self._advance(character) for character in text) * size

    def subset(self, characters: Iterable[str]) -> bytes:
        """A font file with these characters only; the same bytes for the same characters."""
        wanted = hb.SubsetInput()
        wanted.sets(hb.SubsetInputSets.UNICODE).set({ord(character) for character in characters})
        wanted.flags = hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.DESUBROUTINIZE
        dropped = wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
        for tag in set(self._face.table_tags) - _KEPT:
            dropped.add(int.from_bytes(tag.encode("latin-1"), "big"))
        return bytes(hb.subset(self._face, wanted).blob.data)

    def _advance(self, character: str) -> float:
        known = self._advances.get(character)
        if known is None:
            glyph = self._font.get_nominal_glyph(ord(character)) or 0
            known = self._advances[character] = self._font.get_glyph_h_advance(glyph) / self._unit
        return known


@cache
def letter_font() -> LetterFont:
    """Raises `FontMissing`."""
    for name, index in _CANDIDATES:
        path = _in_folders(name) or _ask_fontconfig(name)
        if path is not None:
            return LetterFont(path, index)
    raise FontMissing(
        "no Chinese font is installed; on Debian or Ubuntu: apt-get install -y fonts-noto-cjk; on macOS: "
        "brew install --cask font-noto-sans-cjk"
    )


def _in_folders(name: str) -> Path | None:
    paths = (Path(folder).expanduser() / name for folder in _FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _ask_fontconfig(name: str) -> Path | None:
    program = shutil.which("fc-list")
    if program is None:
        return None
    answer = subprocess.run([program, "--format", "%{file}\n"], capture_output=True, text=True, check=False)  # noqa: S603 - no outside input
    found = (Path(line) for line in answer.stdout.splitlines() if line.endswith(f"/{name}"))
    return next(found, None)
