"""Files of receipts for the commands that read them here: which there are, and what became of each."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused, ReadingUnavailable
from insurance.adapters.storage.pictures import kind_of
from insurance.settings import OcrSettings, Settings

# those that can't be read are told all the same: they may be receipts
_READ = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".tif", ".tiff", ".pdf"}
_SUFFIXES = _READ | {".ofd", ".avif", ".bmp", ".gif"}
_HEAD = 1024


def files_of(paths: Iterable[Path]) -> tuple[list[Path], int]:
    """What is named, whatever it is; of folders what is a picture or a PDF by its name or its first bytes, and how many other
    files they hold. Hidden files are left out."""
    found: list[Path] = []
    others = 0
    for path in paths:
        if not _is_folder(path):
            found.append(path)
            continue
        for inside in sorted(path.rglob("*")):
            if _is_folder(inside) or any(part.startswith(".") for part in inside.relative_to(path).parts):
                continue
            if inside.suffix.lower() in _SUFFIXES or _begins_as_one(inside):
                found.append(inside)
            else:
                others += 1
    return found, others


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _begins_as_one(path: Path) -> bool:
    try:
        # a pipe would be waited for
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return kind_of(head) is not None or b"%PDF-" in head


def shown_name(path: Path) -> str:
    """Archives packed under Windows leave names in GB 18030."""
    name = os.fsencode(path.name)
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("gb18030", errors="replace")


def read_path(path: Path, reader: ReadingProcess) -> FileReading:
    """Raises `ReadingRefused`, whatever was in the way: the next file may be read all the same."""
    try:
        if path.exists() and not path.is_file():
            raise ReadingRefused("not_a_file", "这不是一个文件。")
        with path.open("rb") as file:
            return reader.read(file)
    except FileNotFoundError:
        raise ReadingRefused("file_missing", "找不到这个文件。") from None
    except PermissionError:
        raise ReadingRefused("no_permission", "没有权限打开这个文件。") from None
    except OSError:
        raise ReadingRefused("cannot_open", "打不开这个文件，请检查磁盘或路径。") from None
    except ReadingUnavailable:
        raise ReadingRefused("unavailable", "识别中断了，请再试一次。") from None


def with_progress(files: Sequence[Path]) -> Iterator[Path]:
    """A bar on a terminal. What is printed meanwhile goes through it only to that terminal too, and in lines as long as they are."""
    terminal = Console(stderr=True, soft_wrap=True)
    bar = Progress(
        console=terminal, transient=True, redirect_stdout=sys.stdout.isatty(), disable=not terminal.is_terminal
    )
    with bar:
        yield from bar.track(files, description="识别票据")


@contextlib.contextmanager
def open_reader(threads: int | None) -> Iterator[ReadingProcess]:
    """The engine of the settings, loaded. Exit 2 where none starts."""
    ocr = _settings()
    with ReadingProcess(ocr.model_copy(update={"threads": threads}) if threads else ocr) as reader:
        try:
            reader.start()
        except ReadingUnavailable as error:
            typer.echo(f"识别引擎无法启动：{error}；xueping doctor 会说缺什么", err=True)
            raise typer.Exit(2) from None
        if reader.engine != ocr.engine:
            typer.echo(f"{ocr.engine} 在这里不能运行，改用 {reader.engine}，准确率低得多。", err=True)
        yield reader


def _settings() -> OcrSettings:
    try:
        return Settings().ocr
    except ValidationError as error:
        # names alone: values may be secrets
        wrong = {"XUEPING_" + "__".join(map(str, one["loc"])).upper() for one in error.errors()}
        typer.echo(f"设置不对：{'、'.join(sorted(wrong))}", err=True)
        raise typer.Exit(2) from None
