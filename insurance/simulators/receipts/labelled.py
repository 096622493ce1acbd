"""A file with the truth about it, as it lies in a folder of labelled receipts: `images/`, `pdf/` and `truth/`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from insurance.simulators.receipts.degrade import Degradation, degrade
from insurance.simulators.receipts.pdf import as_pdf
from insurance.simulators.receipts.sheet import Sheet

Class = Degradation | Literal["pdf_text"]


@dataclass(frozen=True)
class Labelled:
    """`truth` has `group`, `degradation`, and of the (first) receipt `layout`, `fields`, `tampered`, `qr`, `texts`; with
    several receipts `receipts` lists the fields of each in reading order."""

    stem: str
    folder: Literal["images", "pdf"]
    suffix: str
    content: bytes
    truth: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.stem}{self.suffix}"

    def write(self, root: Path) -> Path:
        """The file and its truth below `root`; gives the file's path."""
        for folder in (self.folder, "truth"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        path = root / self.name
        path.write_bytes(self.content)
        told = json.dumps({"image": self.name, **self.truth}, ensure_ascii=False, indent=1)
        (root / "truth" / f"{self.stem}.json").write_text(told, encoding="utf-8")
        return path


def label_sheet(sheet: Sheet, how: Class, rng: Random, stem: str, group: str) -> Labelled:
    """The sheet in one of the sample set's classes."""
    if how == "pdf_text":
        return label_file(as_pdf([sheet.canvas], values_last=rng.random() < 0.5), [sheet], how, stem, group)
    content, turned = degrade(sheet.image, how, rng)
    return label_file(content, [sheet], how, stem, group, turned)


def label_file(
    content: bytes, sheets: Sequence[Sheet], degradation: str, stem: str, group: str, turned_ccw: int = 0
) -> Labelled:
    """A finished file that shows `sheets` in reading order."""
    truth = {"group": group, "degradation": degradation, **sheets[0].truth(), "turned_ccw": turned_ccw}
    if len(sheets) > 1:
        truth["receipts"] = [sheet.fields for sheet in sheets]
        truth["texts"] = [text for sheet in sheets for text in sheet.canvas.texts]
    if content.startswith(b"%PDF"):
        return Labelled(stem, "pdf", ".pdf", content, truth)
    return Labelled(stem, "images", ".png" if content.startswith(b"\x89PNG") else ".jpg", content, truth)
