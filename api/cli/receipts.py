"""`xueping read-receipts`: reading without a stack; `xueping receipts …`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.draw import draw
from api.cli.receipt_files import files_of, open_reader, read_path, shown_name, with_progress
from api.cli.score import Threads, score
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused
from insurance.rules.receipts.reading import ReceiptFields, ReceiptReading

receipts_app = typer.Typer(no_args_is_help=True, help="医疗票据：识别与准确率")
receipts_app.command("draw")(draw)
receipts_app.command("score")(score)

Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="票据图片、PDF，或装有它们的文件夹")]

_NO_RECEIPT = {"code": "no_receipt", "message": "没有认出医疗票据。"}


def read_receipts(
    paths: Paths,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每个文件输出一行 JSON")] = False,
    threads: Threads = None,
) -> None:
    """读票据并说出读到了什么 (read receipts and print what they say). 没有一个文件读出票据时退出码为 1，没有文件可读时为 2。"""
    files, others = files_of(paths)
    if others:
        typer.echo(f"跳过 {others} 个不是图片或 PDF 的文件。", err=True)
    if not files:
        typer.echo("没有可读的文件：请给出票据图片、PDF，或装有它们的文件夹。", err=True)
        raise typer.Exit(2)
    failed = 0
    with open_reader(threads) as reader:
        for path in with_progress(files):
            line = read_one(path, reader)
            failed += "error" in line
            _print(line, jsonl)
    if failed:
        typer.echo(f"{len(files)} 个文件，{failed} 个没有读出票据。", err=True)
    if failed == len(files):
        raise typer.Exit(1)


def read_one(path: Path, reader: ReadingProcess) -> dict[str, Any]:
    """The JSON line of one file: `image, fields, confidence, checks, seconds`, `receipts` when it holds several, and `error`
    with code and message when nothing was read of it."""
    image = shown_name(path)
    try:
        reading = read_path(path, reader)
    except ReadingRefused as refusal:
        told = {"code": refusal.code, "message": refusal.message}
        return {"image": image, **_nothing(), "seconds": 0.0, "error": told}
    seconds = round(reading.seconds, 3)
    if not reading.receipts:
        return {"image": image, **_nothing(), "seconds": seconds, "error": _NO_RECEIPT}
    line = {"image": image, **_as_json(reading.receipts[0]), "seconds": seconds}
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
    elif "error" in line:
        typer.echo(f"{line['image']}：{line['error']['message']}")
    else:
        for receipt in line.get("receipts", [line]):
            typer.echo(f"{line['image']}：{_in_words(receipt)}")


def _in_words(receipt: dict[str, Any]) -> str:
    fields = receipt["fields"]
    total = f"{fields['total']} 元" if fields["total"] else "—"
    told = "  ".join([fields["payer"] or "—", fields["date"] or "—", total, fields["hospital"] or "—"])
    return told + "".join(f"\n  ！{check['explanation']}" for check in receipt["checks"] if not check["ok"])
