"""`xueping receipts score`: how good readings are against truth files, per field and per class."""

import json
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli.receipt_files import files_of, open_reader, read_path, shown_name, with_progress
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused
from insurance.rules.receipts.reading import FIELD_NAMES, ReceiptReading
from insurance.rules.receipts.score import Tally

Threads = Annotated[
    int | None, typer.Option(help="识别用的线程数，默认按设置 XUEPING_OCR__THREADS", min=1, max=64, show_default=False)
]


def score(
    folder: Annotated[Path, typer.Argument(help="文件夹：images/、pdf/ 与 truth/", exists=True, file_okay=False)],
    threads: Threads = None,
    only: Annotated[str, typer.Option(help="只看文件名含这段文字的")] = "",
    json_: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """与标准答案比较，按字段、按类别：正确、空缺、错误 (exact, null, wrong). 没有可比的票据时退出码为 2。"""
    written = [path for path in sorted((folder / "truth").glob("*.json")) if not path.name.startswith(".")]
    truths = {path.stem: _truth(path) for path in written if only in path.stem}
    files = [path for path in files_of([folder])[0] if path.stem in truths]
    if not files:
        typer.echo("没有带标准答案的票据：文件夹里要有票据，和 truth/ 中同名的 .json。", err=True)
        raise typer.Exit(2)
    if alone := truths.keys() - {path.stem for path in files}:
        typer.echo(f"{len(alone)} 份标准答案没有票据，不计。", err=True)
    whole, classes, run = Tally(), dict[str, Tally](), Run()
    with open_reader(threads) as reader:
        run.engine = reader.engine
        for path in with_progress(files):
            truth = truths[path.stem]
            readings = _read_all(path, reader, run)
            name = str(truth.get("degradation") or path.suffix.lstrip("."))
            printed = _printed(truth)
            whole.invented += max(len(readings) - len(printed), 0)
            for fields, reading in zip_longest(printed, readings[: len(printed)]):
                for tally in (whole, classes.setdefault(name, Tally())):
                    tally.add({**truth, "fields": fields}, reading)
    _report(whole, classes, run, json_)


def _truth(path: Path) -> dict[str, Any]:
    """All are looked at before the first receipt is read, which takes long."""
    try:
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        for printed in _printed(truth):
            for name in FIELD_NAMES:
                printed[name]
            for item in printed["items"]:
                item["name"], item["amount"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        typer.echo(f"标准答案看不懂或缺字段：{shown_name(path)}", err=True)
        raise typer.Exit(2) from None
    return truth


def _printed(truth: dict[str, Any]) -> list[dict[str, Any]]:
    """The second and further receipts of a file have their truth in `receipts`."""
    return truth.get("receipts") or [truth["fields"]]


@dataclass
class Run:
    """The engine; what each file took, seconds by the clock and of all cores together; and what could not be opened, by name."""

    engine: str = ""
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    refused: dict[str, ReadingRefused] = field(default_factory=dict)

    def document(self) -> dict[str, float]:
        ordered = sorted(self.seconds) or [0.0]
        return {
            "median": round(statistics.median(ordered), 3),
            "p90": round(ordered[int(0.9 * (len(ordered) - 1))], 3),
            "cpu_median": round(statistics.median(self.cpu or [0.0]), 3),
        }


def _read_all(path: Path, reader: ReadingProcess, run: Run) -> Sequence[ReceiptReading]:
    try:
        reading = read_path(path, reader)
    except ReadingRefused as refusal:
        run.refused[shown_name(path)] = refusal
        return ()
    run.seconds.append(reading.seconds)
    run.cpu.append(reading.cpu_seconds)
    return reading.receipts


def _report(whole: Tally, classes: dict[str, Tally], run: Run, as_json: bool) -> None:
    for name, refusal in run.refused.items():
        typer.echo(f"没有读成，全部按空缺计：{name}：{refusal.message}", err=True)
    spent = run.document()
    if as_json:
        told = {
            "engine": run.engine,
            "seconds": spent,
            "all": whole.document(),
            "classes": {name: tally.document() for name, tally in classes.items()},
            "refused": {name: refusal.code for name, refusal in run.refused.items()},
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console(soft_wrap=True)
    one_by_one = {name: (whole, name) for name in FIELD_NAMES if name != "items"}
    console.print(_table("字段", {**one_by_one, "全部字段": (whole, "all"), "收费项目": (whole, "items")}))
    console.print(_table("类别（字段）", {name: (tally, "all") for name, tally in classes.items()}))
    console.print(_table("类别（项目）", {name: (tally, "items") for name, tally in classes.items()}))
    console.print(f"确定的字段 {whole.certain}，其中错误 {whole.certain_wrong}")
    console.print(_suspicions(whole))
    console.print(f"多读出的票据 {whole.invented}")
    console.print(
        f"引擎 {run.engine}；每个文件 {spent['median']:.2f} 秒（中位数），{spent['p90']:.2f} 秒（九成以内），"
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
        table.add_row(label, str(tally.fields.get(name, Counter()).total()), *shares, told)
    return table
