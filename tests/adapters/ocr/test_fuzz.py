import random
from collections.abc import Iterator

import pytest

from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingRefused
from insurance.adapters.storage.content import inspect
from insurance.settings import OcrSettings
from tests.adapters.ocr import files, fuzz

BOMBS = files.bombs()
# what is found out only by drawing it, at the cost of a process
COSTLY = {"forms in forms"}
LIMIT_MB = 1280


@pytest.fixture(scope="module")
def reading() -> Iterator[ReadingProcess]:
    with ReadingProcess(OcrSettings(threads=1, memory_mb=LIMIT_MB), fuzz.FAKE) as process:
        yield process


def test_hundreds_of_broken_files_are_inspected_without_a_surprise() -> None:
    outcomes = set()
    for name, data in fuzz.cases(400, seed=7):
        if name.removeprefix("bomb: ") in COSTLY:
            continue
        try:
            outcomes.add(inspect(data).kind)
        except ReadingRefused as refused:
            assert refused.message
            outcomes.add(refused.code)
    # the cases reach every part of it
    assert outcomes >= {
        "jpeg",
        "png",
        "webp",
        "tiff",
        "heic",
        "pdf",
        "damaged_file",
        "unsupported_type",
        "mixed_content",
    }


def test_broken_files_are_read_or_refused_by_the_process_that_stays(reading: ReadingProcess) -> None:
    figures = fuzz.Figures()
    reading.start()
    for name, data in list(fuzz.cases(80, seed=8))[len(BOMBS) :]:
        fuzz.read_one(reading, name, data, figures)
    assert figures.outcomes.total() == 80
    assert figures.outcomes["read"] > 10
    assert figures.peak_mebibytes < LIMIT_MB


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in COSTLY])
def test_a_bomb_goes_off_nowhere(reading: ReadingProcess, name: str) -> None:
    reading.start()
    pid, figures = reading.pid, fuzz.Figures()
    fuzz.read_one(reading, name, BOMBS[name], figures)
    assert reading.pid == pid
    assert figures.peak_mebibytes < 1000


def test_a_bomb_that_only_drawing_finds_ends_with_its_process(reading: ReadingProcess) -> None:
    quick = OcrSettings(threads=1, memory_mb=300, page_seconds=2, inspect_seconds=1)
    with ReadingProcess(quick, fuzz.FAKE) as process, pytest.raises(ReadingRefused):
        process.read(BOMBS["forms in forms"])


@pytest.mark.parametrize(
    "data",
    [
        files.png_head(30_000, 30_000), files.webp_head(30_000, 30_000), files.jpeg_head(30_000, 30_000),
        files.tiff_head(30_000, 30_000), files.heic_head(30_000, 30_000), files.image_in_pdf(30_000, 30_000),
    ],
    ids=["png", "webp", "jpeg", "tiff", "heic", "pdf"],
)  # fmt: skip
def test_a_head_that_promises_thirty_thousand_pixels_is_refused_by_it_alone(data: bytes) -> None:
    with pytest.raises(ReadingRefused, match="too_many_pixels"):
        inspect(data)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "heif", "jpeg"])
def test_a_truncated_picture_is_refused_when_its_pixels_are_wanted(reading: ReadingProcess, kind: str) -> None:
    whole = files.honest_files()[kind]
    rng = random.Random(kind)
    for _ in range(5):
        with pytest.raises(ReadingRefused) as refused:
            reading.read(whole[: rng.randrange(30, int(len(whole) * 0.7))])
        assert refused.value.code in ("damaged_file", "unsupported_type")
