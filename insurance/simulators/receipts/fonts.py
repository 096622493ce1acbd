"""Chinese fonts of this machine for drawn receipts: Noto CJK, looked up and never shipped."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

Face = Literal["song", "song-bold", "hei", "hei-bold"]

_FILES: dict[Face, str] = {
    "song": "NotoSerifCJK-Regular.ttc",
    "song-bold": "NotoSerifCJK-Bold.ttc",
    "hei": "NotoSansCJK-Regular.ttc",
    "hei-bold": "NotoSansCJK-Bold.ttc",
}
_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/opt/homebrew/share/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
)
# the simplified Chinese face of the collections
_SIMPLIFIED = 2


class FontMissing(Exception):
    """No Chinese font here. The text says what to install."""


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """A face at `size` pixels. Raises `FontMissing`."""
    return ImageFont.truetype(str(_find(face)), size, index=_SIMPLIFIED)


@cache
def _find(face: Face) -> Path:
    name = _FILES[face]
    for folder in _FOLDERS:
        path = Path(folder).expanduser() / name
        if path.is_file():
            return path
    found = _ask_fontconfig(face)
    if found is not None and found.name == name:
        return found
    raise FontMissing(
        f"{name} is not installed; on Debian or Ubuntu: apt-get install -y fonts-noto-cjk; on macOS: "
        "brew install --cask font-noto-sans-cjk font-noto-serif-cjk"
    )


def _ask_fontconfig(face: Face) -> Path | None:
    program = shutil.which("fc-match")
    if program is None:
        return None
    family = "Noto Serif CJK SC" if face.startswith("song") else "Noto Sans CJK SC"
    style = "Bold" if face.endswith("bold") else "Regular"
    asked = [program, "-f", "%{file}", f"{family}:style={style}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - no outside input
    return Path(answer.stdout) if answer.stdout else None
