"""Broken and hostile files by the thousand, from a seed: each must end in a reading or a reason.

python -m tests.adapters.ocr.fuzz --cases 5000 [--seed 1] [--engine rapidocr]
"""

import argparse
import random
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused
from insurance.settings import OcrSettings
from tests.adapters.ocr import files

FAKE = "insurance.adapters.ocr.fake:FakeReader"
HEADS = (
    b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\x00\x00\x00WEBP", b"RIFF\0\x10\0\0WEBPVP8X", b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08", b"\0\0\0\x18ftypheic", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"MZ", b"GIF89a",
)  # fmt: skip
STRANGERS = (b"MZ" + bytes(60), b"<script>alert(1)</script>", b"%PDF-1.4\n", b"\x7fELF" + bytes(60), b"Rar!\x1a\x07\0")


def cases(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Every bomb once, then so many cases: how each was made, and its bytes."""
    yield from ((f"bomb: {name}", data) for name, data in files.bombs().items())
    rng = random.Random(seed)
    whole = list(files.honest_files().items())
    for _ in range(count):
        way = rng.choice(WAYS)
        name, data = rng.choice(whole)
        yield f"{way.__name__}: {name}", way(data, rng, rng.choice(whole)[1])


def noise(_: bytes, rng: random.Random, __: bytes) -> bytes:
    return rng.choice(HEADS) + rng.randbytes(rng.choice((0, 1, 12, 300, 5000, 200_000)))


def flips(data: bytes, rng: random.Random, _: bytes) -> bytes:
    return files.flipped(data, rng, rng.choice((2, 20, 300)))


def flips_in_the_head(data: bytes, rng: random.Random, _: bytes) -> bytes:
    at = min(len(data), 400)
    return files.flipped(data[:at], rng, 12) + data[at:]


def cut(data: bytes, rng: random.Random, _: bytes) -> bytes:
    return data[: rng.randrange(1, len(data))]


def splice(data: bytes, rng: random.Random, other: bytes) -> bytes:
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def repeat(data: bytes, rng: random.Random, _: bytes) -> bytes:
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.randrange(1, 2000))
    return data[:end] + data[start:end] * rng.choice((1, 10, 300)) + data[end:]


def numbers(data: bytes, rng: random.Random, _: bytes) -> bytes:
    """Lengths and sizes become extreme."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(max(1, len(changed) - 4))
        changed[at : at + 4] = rng.choice(
            (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\x75\x30", b"\x30\x75\0\0")
        )
    return bytes(changed)


def stranger(data: bytes, rng: random.Random, other: bytes) -> bytes:
    guest = rng.choice((*STRANGERS, files.archive("a.txt"), other))
    return data + guest if rng.random() < 0.6 else guest + data


WAYS: tuple[Callable[[bytes, random.Random, bytes], bytes], ...] = (
    noise, flips, flips, flips_in_the_head, flips_in_the_head, cut, splice, repeat, numbers, numbers, stranger,
)  # fmt: skip


@dataclass
class Figures:
    outcomes: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    worst_cpu_seconds: float = 0.0
    slowest: str = ""
    peak_mebibytes: int = 0
    largest: str = ""

    def add(self, name: str, reading: ReadingProcess, before: tuple[int | None, float], outcome: str) -> None:
        self.outcomes[outcome] += 1
        pid, spent = before
        alive, peak = usage(reading.pid)
        # what ended is accounted to whoever waited for it
        cpu = alive + buried().ru_utime + buried().ru_stime - spent
        if pid is not None and reading.pid != pid:
            self.ended[name] += 1
            peak = max(peak, buried().ru_maxrss // 1024)
        if cpu > self.worst_cpu_seconds:
            self.worst_cpu_seconds, self.slowest = cpu, name
        if peak > self.peak_mebibytes:
            self.peak_mebibytes, self.largest = peak, name

    def __str__(self) -> str:
        told = ", ".join(f"{code} {count}" for code, count in self.outcomes.most_common())
        ended = ", ".join(f"{name} {count}" for name, count in self.ended.items()) or "none"
        return (
            f"cases {self.outcomes.total()}: {told}\nprocesses that had to end: {ended}\n"
            f"worst CPU seconds {self.worst_cpu_seconds:.2f} ({self.slowest})\n"
            f"peak resident {self.peak_mebibytes} MB ({self.largest})"
        )


def buried() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def usage(pid: int | None) -> tuple[float, int]:
    """CPU seconds, and the largest resident size so far in MB."""
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (psutil.Error, OSError, TypeError):
        return 0.0, 0
    return times.user + times.system, int(status.partition("VmHWM:")[2].split()[0]) // 1024


def run(reading: ReadingProcess, count: int, seed: int) -> Figures:
    figures = Figures()
    for name, data in cases(count, seed):
        read_one(reading, name, data, figures)
    return figures


def read_one(reading: ReadingProcess, name: str, data: bytes, figures: Figures) -> None:
    """Reads a case and draws its view. What is neither read nor refused is raised."""
    before = reading.pid, usage(reading.pid)[0] + buried().ru_utime + buried().ru_stime
    try:
        result = reading.read(data)
        reading.view(data, [page.turned_ccw for page in result.pages])
        outcome = "read"
    except ReadingRefused as refused:
        assert refused.message
        outcome = refused.code
    figures.add(name, reading, before, outcome)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--engine", choices=["fake", "rapidocr", "tesseract"], default="fake")
    chosen = options.parse_args()
    fake = chosen.engine == "fake"
    settings = OcrSettings() if fake else OcrSettings(engine=chosen.engine)
    with ReadingProcess(settings, FAKE if fake else None) as reading:
        reading.start()
        print(run(reading, chosen.cases, chosen.seed))


if __name__ == "__main__":
    main()
