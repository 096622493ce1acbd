import contextlib
import json
import os
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.bench.electronic_bill import electronic_bill
from api.cli import app
from api.cli.receipt_files import open_reader
from insurance.adapters.ocr.process import ReadingProcess
from insurance.rules.receipts.reading import FIELD_NAMES
from insurance.simulators.receipts.corpus import corpus
from tests.adapters.ocr import bad_readers
from tests.adapters.ocr.test_process import MOODY, QUICK, picture

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def reading():
    """Reads the text layers of PDFs, and no picture."""
    with ReadingProcess(QUICK, MOODY) as process:
        yield process


@pytest.fixture
def without_engine(reading, monkeypatch):
    for command in ("receipts", "score"):
        monkeypatch.setattr(f"api.cli.{command}.open_reader", lambda _: contextlib.nullcontext(reading))


@pytest.fixture(scope="module")
def bill():
    return electronic_bill("李知远", date(2026, 3, 1), 7)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder as `receipts draw` makes it, with one file: an electronic receipt as PDF."""
    folder = tmp_path_factory.mktemp("receipts")
    next(one for one in corpus(60, 3, "known") if one.folder == "pdf" and one.truth["tampered"] is None).write(folder)
    return folder


def read(*paths):
    done = RUNNER.invoke(app, ["read-receipts", *map(str, paths), "--jsonl"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done, {line["image"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_every_file_is_one_line_of_json_with_its_fields_and_how_sure_they_are(drawn):
    done, lines = read(drawn / "pdf")
    assert done.exit_code == 0, done.output
    ((line,), (truth,)) = lines.values(), (json.loads(path.read_text()) for path in (drawn / "truth").iterdir())
    assert line["fields"]["total"] == truth["fields"]["total"]
    assert set(line["fields"]) == set(line["confidence"]) == set(FIELD_NAMES)
    assert line["seconds"] > 0 and line["checks"] and "error" not in line


def test_one_bad_file_keeps_no_other_from_being_read(tmp_path, bill, without_engine):
    (tmp_path / "0.jpg").symlink_to(tmp_path / "gone")
    (tmp_path / "1.jpg").mkdir()
    (tmp_path / "2.pdf").write_bytes(b"%PDF-1.7\n...")
    (tmp_path / "3.png").write_bytes(picture(bad_readers.KILLED))
    (tmp_path / "4.png").write_bytes(picture())
    with (tmp_path / "5.pdf").open("wb") as large:
        large.truncate(3 << 30)
    (tmp_path / "6 票据.pdf").write_bytes(bill)
    os.mkfifo(tmp_path / "7.jpg")
    done, lines = read(tmp_path, tmp_path / "8.jpg")
    told = {name: line.get("error", {}).get("code") for name, line in lines.items()}
    assert told == {
        "0.jpg": "file_missing",
        "2.pdf": "damaged_file",
        "3.png": "unavailable",
        "4.png": "no_receipt",
        "5.pdf": "too_large",
        "6 票据.pdf": None,
        "7.jpg": "not_a_file",
        "8.jpg": "file_missing",
    }
    assert all(line["fields"].keys() == set(FIELD_NAMES) for line in lines.values())
    assert lines["6 票据.pdf"]["fields"]["payer"] == "李知远"
    assert done.exit_code == 0


def test_of_a_folder_what_is_a_receipt_by_content_is_read_and_what_is_none_is_counted(tmp_path, bill, without_engine):
    (tmp_path / "无后缀").write_bytes(bill)
    (tmp_path / "里面").mkdir()
    (tmp_path / "里面" / "bill.dat").write_bytes(bill)
    (tmp_path / "note.txt").write_text("不是票据")
    (tmp_path / "._IMG.jpg").write_bytes(b"finder")
    os.mkfifo(tmp_path / "pipe")
    done, lines = read(tmp_path)
    assert set(lines) == {"无后缀", "bill.dat"}
    assert "跳过 2 个" in done.stderr


def test_a_bar_on_the_terminal_takes_nothing_from_what_is_sent_into_a_file(tmp_path, bill, without_engine, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    (tmp_path / "a.pdf").write_bytes(bill)
    done, lines = read(tmp_path)
    assert "识别票据" in done.stderr
    assert lines["a.pdf"]["fields"]["payer"] == "李知远"


def test_a_folder_without_receipts_is_told(tmp_path):
    (tmp_path / "note.txt").write_text("不是票据")
    done, lines = read(tmp_path)
    assert (done.exit_code, lines) == (2, {})
    assert "没有可读的文件" in done.stderr


def test_when_no_file_is_read_people_are_told_why_and_the_exit_code_tells_programs(tmp_path, without_engine):
    (tmp_path / "空.jpg").write_bytes(b"")
    done = RUNNER.invoke(app, ["read-receipts", str(tmp_path)])
    assert done.exit_code == 1
    assert "空.jpg：文件是空的" in done.stdout


def test_a_name_that_an_archive_of_windows_left_is_shown_in_chinese(tmp_path, without_engine):
    path = os.fsencode(tmp_path) + b"/" + "收据.jpg".encode("gb18030")
    try:
        Path(os.fsdecode(path)).write_bytes(picture())
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    _, lines = read(tmp_path)
    assert set(lines) == {"收据.jpg"}


def test_an_engine_that_nobody_knows_is_told_and_no_value_of_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEPING_OCR__ENGINE", "secret")
    (tmp_path / "a.png").write_bytes(picture())
    done, _ = read(tmp_path)
    assert done.exit_code == 2
    assert "XUEPING_OCR__ENGINE" in done.stderr and "secret" not in done.stderr


def test_the_engine_of_the_settings_reads(monkeypatch):
    monkeypatch.setenv("XUEPING_OCR__ENGINE", "tesseract")
    monkeypatch.setenv("XUEPING_OCR__THREADS", "3")
    with open_reader(None) as reader:
        assert (reader.engine, reader._settings.threads) == ("tesseract", 3)


def test_a_score_counts_each_field_and_a_wrong_truth_is_seen(drawn, without_engine):
    def score():
        done = RUNNER.invoke(app, ["receipts", "score", str(drawn), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["all"]

    assert score()["fields"]["all"] == {"exact": 14}
    (path,) = (drawn / "truth").iterdir()
    truth = json.loads(path.read_text())
    path.write_text(json.dumps({**truth, "fields": truth["fields"] | {"payer": "别人"}}))
    assert score()["fields"]["payer"] == {"wrong": 1}
    path.write_text(json.dumps(truth))


def test_a_score_goes_on_after_a_file_that_could_not_be_read_and_names_it(drawn, without_engine):
    (truth,) = (drawn / "truth").iterdir()
    added = (drawn / "images" / "gone.jpg", drawn / "truth" / "gone.json", drawn / "truth" / "alone.json")
    added[0].parent.mkdir(exist_ok=True)
    added[0].symlink_to(drawn / "nowhere")
    for path in added[1:]:
        path.write_text(truth.read_text())
    try:
        done = RUNNER.invoke(app, ["receipts", "score", str(drawn), "--json"])
    finally:
        for path in added:
            path.unlink()
    told = json.loads(done.stdout)
    assert told["refused"] == {"gone.jpg": "file_missing"}
    assert told["all"]["fields"]["total"] == {"exact": 1, "null": 1}
    assert "gone.jpg" in done.stderr and "1 份标准答案没有票据" in done.stderr


@pytest.mark.parametrize("content", ["{", "[]", '{"fields": {}}'])
def test_a_truth_that_can_not_be_understood_is_named_before_anything_is_read(tmp_path, bill, content):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "a.json").write_text(content)
    (tmp_path / "a.pdf").write_bytes(bill)
    done = RUNNER.invoke(app, ["receipts", "score", str(tmp_path)])
    assert done.exit_code == 2
    assert "a.json" in done.stderr


def test_a_score_is_a_table_for_people_with_what_is_exact_of_prints_and_what_a_person_looks_at(drawn, without_engine):
    hidden = drawn / "truth" / "._finder.json"
    hidden.write_bytes(b"\0")
    done = RUNNER.invoke(app, ["receipts", "score", str(drawn)])
    hidden.unlink()
    assert done.exit_code == 0, done.output
    assert [word in done.stdout for word in ("印有的正确", "转人工", "全部字段", "收费项目")] == [True] * 4


def test_a_folder_without_truth_is_told_and_not_scored(tmp_path):
    done = RUNNER.invoke(app, ["receipts", "score", str(tmp_path)])
    assert done.exit_code == 2
