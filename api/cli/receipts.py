"""`xueping read-receipts` and `xueping receipts …`: reading without a stack, and how good it is against truth files."""

import contextlib
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from api.cli.draw import draw
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused, ReadingUnavailable
from insurance.rules.receipts.reading import ReceiptFields, ReceiptReading
from insurance.rules.receipts.score import Tally
from insurance.settings import OcrSettings

receipts_app = typer.Typer(no_args_is_help=True, help="医疗票据：识别与准确率")
receipts_app.command("draw")(draw)

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".tif", ".tiff", ".pdf"}

Paths = Annotated[list[Path], typer.Argument(help="票据图片、PDF，或装有它们的文件夹", exists=True)]
Threads = Annotated[int, typer.Option(help="识别用的线程数", min=1, max=64)]


def read_receipts(
    paths: Paths,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每个文件输出一行 JSON")] = False,
    threads: Threads = 2,
) -> None:
    """Read receipts and print what they say; a progress bar on stderr. Exit 1 when no file could be read."""
    read_any = False
    with _reader(threads) as reader:
        for path in track(list(_files(paths)), "识别票据", console=Console(stderr=True), transient=True):
            line = read_one(path, reader)
            read_any = read_any or "error" not in line
            _print(line, jsonl)
    if not read_any:
        raise typer.Exit(1)


def read_one(path: Path, reader: ReadingProcess) -> dict[str, Any]:
    """The JSON line of one file: `image, fields, confidence, checks, seconds`, `receipts` when it holds several, and `error`
    with code and message when it was refused."""
    try:
        with path.open("rb") as file:
            reading = reader.read(file)
    except ReadingRefused as refusal:
        told = {"code": refusal.code, "message": refusal.message}
        return {"image": path.name, **_nothing(), "seconds": 0.0, "error": told}
    first = _as_json(reading.receipts[0]) if reading.receipts else _nothing()
    line = {"image": path.name, **first, "seconds": round(reading.seconds, 3)}
    if len(reading.receipts) > 1:
        line["receipts"] = [
            {**_as_json(receipt), "box": receipt.box, "page": receipt.page} for receipt in reading.receipts
        ]
    return line


def _as_json(receipt: ReceiptReading) -> dict[str, Any]:
    return {
        "fields": asdict(receipt.fields),
        "confidence": receipt.confidence,
        "checks": [asdict(check) for check in receipt.checks],
    }


def _nothing() -> dict[str, Any]:
    return {"fields": asdict(ReceiptFields()), "confidence": {}, "checks": []}


def _print(line: dict[str, Any], jsonl: bool) -> None:
    if jsonl:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    fields, said = line["fields"], line.get("error", {}).get("message")
    failed = [check["explanation"] for check in line["checks"] if not check["ok"]]
    summary = (
        said
        or f"{fields['payer'] or '—'}  {fields['date'] or '—'}  {fields['total'] or '—'} 元  {fields['hospital'] or '—'}"
    )
    typer.echo(f"{line['image']}：{summary}" + "".join(f"\n  ！{words}" for words in failed))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES)
        else:
            yield path


@contextlib.contextmanager
def _reader(threads: int) -> Iterator[ReadingProcess]:
    with ReadingProcess(OcrSettings(threads=threads)) as reader:
        try:
            reader.start()
        except ReadingUnavailable as error:
            typer.echo(f"识别引擎无法启动：{error}", err=True)
            raise typer.Exit(2) from None
        yield reader


@receipts_app.command("score")
def score(
    folder: Annotated[Path, typer.Argument(help="文件夹：images/、pdf/ 与 truth/", exists=True, file_okay=False)],
    threads: Threads = 2,
    only: Annotated[str, typer.Option(help="只看文件名含这段文字的")] = "",
    json_: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Compare readings with truth files, per field and per class: exact, null, wrong."""
    truths = {path.stem: path for path in sorted((folder / "truth").glob("*.json")) if only in path.stem}
    files = [path for path in _files([folder]) if path.stem in truths]
    if not files:
        typer.echo("这个文件夹里没有带标准答案的票据。", err=True)
        raise typer.Exit(2)
    whole, classes, costs = Tally(), dict[str, Tally](), Costs()
    with _reader(threads) as reader:
        for path in track(files, "识别票据", console=Console(stderr=True), transient=True):
            truth = json.loads(truths[path.stem].read_text(encoding="utf-8"))
            readings = _read_all(path, reader, costs)
            name = str(truth.get("degradation") or path.suffix.lstrip("."))
            # the second and further receipts of a file have their truth in `receipts`
            printed = truth.get("receipts") or [truth["fields"]]
            whole.invented += max(len(readings) - len(printed), 0)
            for fields, reading in zip_longest(printed, readings[: len(printed)]):
                for tally in (whole, classes.setdefault(name, Tally())):
                    tally.add({**truth, "fields": fields}, reading)
    _report(whole, classes, costs, json_)


@dataclass
class Costs:
    """What each file took: seconds by the clock, and of all cores together."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def document(self) -> dict[str, float]:
        ordered = sorted(self.seconds) or [0.0]
        return {
            "median": round(statistics.median(ordered), 3),
            "p90": round(ordered[int(0.9 * (len(ordered) - 1))], 3),
            "cpu_median": round(statistics.median(self.cpu or [0.0]), 3),
        }


def _read_all(path: Path, reader: ReadingProcess, costs: Costs) -> Sequence[ReceiptReading]:
    try:
        with path.open("rb") as file:
            reading = reader.read(file)
    except ReadingRefused:
        return ()
    costs.seconds.append(reading.seconds)
    costs.cpu.append(reading.cpu_seconds)
    return reading.receipts


def _report(whole: Tally, classes: dict[str, Tally], costs: Costs, as_json: bool) -> None:
    spent = costs.document()
    if as_json:
        told = {
            "seconds": spent,
            "all": whole.document(),
            "classes": {name: tally.document() for name, tally in classes.items()},
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console()
    console.print(_table("字段", {name: (whole, name) for name in whole.fields}))
    console.print(_table("类别（字段）", {name: (tally, "all") for name, tally in classes.items()}))
    console.print(_table("类别（项目）", {name: (tally, "items") for name, tally in classes.items()}))
    console.print(f"确定的字段 {whole.certain}，其中错误 {whole.certain_wrong}")
    console.print(_suspicions(whole))
    console.print(f"多读出的票据 {whole.invented}")
    console.print(
        f"每个文件 {spent['median']:.2f} 秒（中位数），{spent['p90']:.2f} 秒（九成以内），"
        f"处理器 {spent['cpu_median']:.2f} 秒（中位数）"
    )


def _suspicions(tally: Tally) -> Table:
    """A warning takes a receipt to a person just as an error does."""
    table = Table("票据")
    for column in ("数量", "报错", "报错或提醒（转人工）"):
        table.add_column(column, justify="right")
    rows = {
        "改动过的": (tally.tampered, tally.tampered_found, tally.tampered_asked),
        "作废或红冲的": (tally.marked, tally.marked_found, tally.marked_asked),
        "未改动的": (tally.honest, tally.honest_suspected, tally.honest_asked),
    }
    for name, counts in rows.items():
        table.add_row(name, *map(str, counts))
    return table


def _table(title: str, rows: dict[str, tuple[Tally, str]]) -> Table:
    """The last column leaves out what is neither printed nor read."""
    table = Table(title)
    for column in ("数量", "正确", "空缺", "错误", "印有的正确"):
        table.add_column(column, justify="right")
    for label, (tally, name) in rows.items():
        shares = [f"{tally.share(name, outcome):.1%}" for outcome in ("exact", "null", "wrong")]
        printed = tally.share_of_printed(name)
        told = "—" if printed is None else f"{printed:.1%}"
        table.add_row(label, str(sum(tally.fields[name].values())), *shares, told)
    return table
