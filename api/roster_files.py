"""A roster as a school sends it, CSV or XLSX, as rows of texts."""

import csv
import io
import zipfile

from python_calamine import CalamineError, CalamineWorkbook

from insurance.rules.errors import Invalid

MOST_BYTES = 5 * 1024 * 1024
# what a workbook of that many rows unpacks to at the most; more is no roster
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_ROWS = 20_000

UNREADABLE = Invalid("unreadable_file", "文件打不开，请上传 CSV（UTF-8 或 GBK）或 XLSX 文件")


def rows_of(content: bytes) -> list[list[str]]:
    """Every line with its cells; empty lines too, so that numbers of lines are those of the file. Raises `Invalid`."""
    if len(content) > MOST_BYTES:
        raise Invalid("file_too_large", "文件太大，请分成几份上传（每份不超过5MB）")
    rows = _workbook(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    if len(rows) > MOST_ROWS + 1:
        raise Invalid("too_many_rows", f"一次最多{MOST_ROWS}行，请分成几份上传")
    return rows


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        try:
            return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
        except csv.Error:
            break
    raise UNREADABLE


def _workbook(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise Invalid("file_too_large", "文件太大，请分成几份上传")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)]
    except Invalid:
        raise
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError):
        raise UNREADABLE from None


def _text(cell: object) -> str:
    """Numbers of documents that a sheet took for numbers come without a point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
