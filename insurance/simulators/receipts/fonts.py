"""Chinese fonts of this machine for drawn receipts, looked up and never shipped. Noto CJK is needed; the other faces are used
where they are installed (Debian: fonts-arphic-ukai, fonts-arphic-uming, fonts-lxgw-wenkai, fonts-wqy-zenhei), and Noto stands
in for them where they are not."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

Face = Literal["song", "song-bold", "hei", "hei-bold", "kai", "wenkai", "ming", "zen", "mono"]

_FILES: dict[Face, str] = {
    "song": "NotoSerifCJK-Regular.ttc",
    "song-bold": "NotoSerifCJK-Bold.ttc",
    "hei": "NotoSansCJK-Regular.ttc",
    "hei-bold": "NotoSansCJK-Bold.ttc",
}
# file, and the Noto face that stands in for it
_OPTIONAL: dict[Face, tuple[str, Face]] = {
    "kai": ("ukai.ttc", "song"),
    "wenkai": ("LXGWWenKai-Regular.ttf", "song"),
    "ming": ("uming.ttc", "song"),
    "zen": ("wqy-zenhei.ttc", "hei"),
    "mono": ("DejaVuSansMono.ttf", "hei"),
}
_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/truetype/arphic",
    "/usr/share/fonts/truetype/wqy",
    "/usr/share/fonts/truetype/lxgw-wenkai",
    "/usr/share/fonts/truetype/dejavu",
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
    """A face at `size` pixels. `mono` has figures and Latin letters only. Raises `FontMissing`."""
    if face in _OPTIONAL:
        name, stand_in = _OPTIONAL[face]
        path = _in_folders(name)
        return ImageFont.truetype(str(path), size) if path else font(stand_in, size)
    return ImageFont.truetype(str(_find(face)), size, index=_SIMPLIFIED)


@cache
def _find(face: Face) -> Path:
    name = _FILES[face]
    path = _in_folders(name)
    if path is not None:
        return path
    found = _ask_fontconfig(face)
    if found is not None and found.name == name:
        return found
    raise FontMissing(
        f"{name} is not installed; on Debian or Ubuntu: apt-get install -y fonts-noto-cjk; on macOS: "
        "brew install --cask font-noto-sans-cjk font-noto-serif-cjk"
    )


def _in_folders(name: str) -> Path | None:
    paths = (Path(folder).expanduser() / name for folder in _FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _ask_fontconfig(face: Face) -> Path | None:
    program = shutil.which("fc-match")
    if program is None:
        return None
    family = "Noto Serif CJK SC" if face.startswith("song") else "Noto Sans CJK SC"
    style = "Bold" if face.endswith("bold") else "Regular"
    asked = [program, "-f", "%{file}", f"{family}:style={style}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - no outside input
    return Path(answer.stdout) if answer.stdout else None
