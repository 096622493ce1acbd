import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psutil
import pytest
from PIL import Image

from api.bench.electronic_bill import electronic_bill
from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ocr.process_child import _is_ours
from insurance.adapters.ocr.reading import read_file
from insurance.adapters.ports import ReadingRefused, ReadingUnavailable
from insurance.settings import OcrSettings
from tests.adapters.ocr import bad_readers

QUICK = OcrSettings(threads=1, memory_mb=400, page_seconds=1, inspect_seconds=1, file_seconds=20)
MOODY = "tests.adapters.ocr.bad_readers:Moody"


def picture(
    colour: tuple[int, int, int] = (255, 255, 255), size: tuple[int, int] = (300, 200), **options: object
) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG", **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def reading() -> Iterator[ReadingProcess]:
    with ReadingProcess(QUICK, MOODY) as process:
        yield process


def test_files_are_read_one_after_another_by_one_process(reading: ReadingProcess) -> None:
    first = reading.read(picture())
    pid = reading.pid
    assert (first.kind_of_file, first.pages[0].width, first.pages[0].height) == ("png", 300, 200)
    assert reading.read(picture()).pages == first.pages
    assert reading.inspect(picture()).kind == "png"
    assert reading.pid == pid


def test_a_reading_comes_over_whole(reading: ReadingProcess) -> None:
    bill = electronic_bill("李知远", date(2026, 3, 1), 7)
    here, there = read_file(bill, FakeReader()), reading.read(bill)
    assert here.receipts[0].fields.total
    assert replace(there, seconds=0.0, cpu_seconds=0.0) == replace(here, seconds=0.0, cpu_seconds=0.0)


def test_an_open_file_is_read_from_its_start(reading: ReadingProcess) -> None:
    file = io.BytesIO()
    with pytest.raises(io.UnsupportedOperation):
        reading.inspect(file)
    with Path(os.devnull).open("rb") as empty, pytest.raises(ReadingRefused, match="empty_file"):
        reading.inspect(empty)


def test_a_file_of_gigabytes_is_refused_as_too_large_and_not_for_the_memory_it_takes(
    reading: ReadingProcess, tmp_path: Path
) -> None:
    with (tmp_path / "large.pdf").open("w+b") as file:
        file.write(b"%PDF-1.7")
        file.truncate(3 << 30)
        for ask in (reading.read, reading.inspect):
            with pytest.raises(ReadingRefused, match="too_large"):
                ask(file)


@pytest.mark.parametrize(
    ("colour", "code"),
    [
        (bad_readers.CRASH, "unreadable"),
        (bad_readers.BUG, "unreadable"),
        (bad_readers.LOOP, "too_complex"),
        (bad_readers.HOARD, "too_many_pixels"),
    ],
)
def test_a_file_that_ends_the_process_is_refused_and_the_next_one_is_read(
    reading: ReadingProcess, colour: tuple[int, int, int], code: str
) -> None:
    with pytest.raises(ReadingRefused) as refused:
        reading.read(picture(colour))
    assert refused.value.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.message)
    assert reading.read(picture()).kind_of_file == "png"


def test_a_picture_that_finds_no_room_beside_what_files_of_before_left_is_read_by_a_fresh_process(
    reading: ReadingProcess,
) -> None:
    reading.read(picture(bad_readers.KEEP))
    pid = reading.pid
    assert reading.read(picture(size=(7000, 6000))).pages[0].width == 3200
    assert reading.pid != pid


def test_a_file_is_damaged_only_when_a_fresh_process_says_so(reading: ReadingProcess) -> None:
    cut_off = picture()[:-40]
    with pytest.raises(ReadingRefused, match="damaged_file"):
        reading.read(cut_off)
    pid = reading.pid
    reading.read(picture(bad_readers.KEEP))
    with pytest.raises(ReadingRefused, match="damaged_file"):
        reading.read(cut_off)
    assert reading.read(picture()).kind_of_file == "png"
    assert reading.pid != pid


def test_a_mistake_of_ours_is_no_fault_of_the_file(reading: ReadingProcess, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ReadingUnavailable):
        reading.read(picture(bad_readers.MISTAKE))
    assert "TypeError at reading.py" in caplog.text
    assert reading.read(picture()).kind_of_file == "png"


def test_a_mistake_inside_a_library_is_none_of_ours() -> None:
    ours, theirs = "insurance.rules.receipts.proof", "PIL.TiffImagePlugin"
    found = [(error, place) for error in (NameError(), UnboundLocalError(), TypeError()) for place in (ours, theirs)]
    assert [_is_ours(error, place) for error, place in found] == [True, True, True, False, True, False]


def test_a_decoder_that_waits_for_ever_is_ended() -> None:
    with ReadingProcess(QUICK.model_copy(update={"file_seconds": 2}), MOODY) as process:
        process.start()
        with pytest.raises(ReadingRefused, match="too_complex"):
            process.read(picture(bad_readers.HANG))


def test_a_busy_machine_refuses_nobody_a_reading_that_gets_on_is_waited_for() -> None:
    with ReadingProcess(QUICK.model_copy(update={"file_seconds": 0.7}), MOODY) as process:
        process.start()
        assert process.read(picture(bad_readers.LONG)).kind_of_file == "png"


def test_a_process_that_the_machine_ends_leaves_the_file_to_be_tried_again(reading: ReadingProcess) -> None:
    with pytest.raises(ReadingUnavailable):
        reading.read(picture(bad_readers.KILLED))
    reading.read(picture())
    assert reading.pid is not None
    os.kill(reading.pid, signal.SIGKILL)
    assert reading.read(picture()).kind_of_file == "png"


@pytest.mark.parametrize("maker", ["does_not_start", "dies_at_start", "not_there"])
def test_an_engine_that_does_not_start_is_unavailable_or_refuses_nobody(maker: str) -> None:
    with ReadingProcess(QUICK, f"tests.adapters.ocr.bad_readers:{maker}") as process, pytest.raises(ReadingUnavailable):
        process.start()


@pytest.mark.parametrize("broken", ["raise ImportError", "import os; os.kill(os.getpid(), 4)"])
def test_where_onnxruntime_can_not_run_tesseract_reads_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    (tmp_path / "rapidocr.py").write_text(broken)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ReadingProcess(QUICK) as process:
        process.start()
        assert process.engine == "tesseract"
    assert "tesseract reads instead" in caplog.text


def test_where_neither_engine_can_run_it_is_told_why_the_first_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rapidocr.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with ReadingProcess(QUICK) as process, pytest.raises(ReadingUnavailable, match="rapidocr"):
        process.start()


def test_what_a_file_says_is_in_no_log(reading: ReadingProcess, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ReadingRefused):
        reading.read(picture(bad_readers.BUG))
    assert "RuntimeError at bad_readers.py" in caplog.text
    assert "张三" not in caplog.text


def test_a_picture_is_made_anew_upright_and_without_its_position(reading: ReadingProcess) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (28.0, 11.0, 0.0)
    (view,) = reading.view(picture(size=(4000, 3000), exif=exif), [90])
    seen = Image.open(io.BytesIO(view.data))
    assert seen.format == "JPEG"
    assert seen.size == (view.width, view.height) == (2000, 1500)
    assert not seen.getexif()


def test_secrets_do_not_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEPING_TOKEN_SECRET", "hidden")
    monkeypatch.setenv("XUEPING_STACK", "/here")
    with ReadingProcess(QUICK, MOODY) as process:
        process.start()
        names = psutil.Process(process.pid).environ()
    assert "XUEPING_STACK" in names
    assert "XUEPING_TOKEN_SECRET" not in names


async def test_a_reading_that_is_called_off_ends_at_once(reading: ReadingProcess) -> None:
    reading.start()
    task = asyncio.create_task(reading.read_file(picture(bad_readers.HANG)))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await reading.read_file(picture())).kind_of_file == "png"


def test_a_closed_reader_leaves_nothing_running_and_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    process = ReadingProcess(QUICK, MOODY)
    process.start()
    pid = process.pid
    assert pid is not None
    blocked = threading.Thread(target=_read_quietly, args=(process,))
    blocked.start()
    time.sleep(0.2)
    process.close()
    blocked.join(10)
    assert not blocked.is_alive()
    assert not psutil.pid_exists(pid)
    assert not caplog.records


def _read_quietly(process: ReadingProcess) -> None:
    with pytest.raises(ReadingUnavailable):
        process.read(picture(bad_readers.HANG))


ORPHAN = """
import sys
from insurance.adapters.ocr.process import ReadingProcess
from tests.adapters.ocr.test_process import MOODY, QUICK, picture
process = ReadingProcess(QUICK.model_copy(update={"page_seconds": 60}), MOODY)
process.start()
print(process.pid, flush=True)
process.read(picture(%r))
"""


@pytest.mark.parametrize("colour", [bad_readers.LOOP, bad_readers.HANG])
def test_it_ends_with_a_parent_that_was_killed(colour: tuple[int, int, int]) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN % (colour,)], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.2)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    _, alive = psutil.wait_procs([child], timeout=10)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_the_asking_process_loads_no_engine_and_no_decoder() -> None:
    code = "import insurance.adapters.ocr.process, activities.reading, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"onnxruntime", "cv2", "PIL", "pypdfium2", "numpy"} & set(loaded)
