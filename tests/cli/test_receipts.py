import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from insurance.rules.receipts.reading import FIELD_NAMES
from insurance.simulators.receipts.corpus import corpus

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder as `receipts draw` makes it, with one file: an electronic receipt as PDF."""
    folder = tmp_path_factory.mktemp("receipts")
    next(one for one in corpus(60, 3, "known") if one.folder == "pdf" and one.truth["tampered"] is None).write(folder)
    return folder


def test_every_file_is_one_line_of_json_with_its_fields_and_how_sure_they_are(drawn):
    done = RUNNER.invoke(app, ["read-receipts", str(drawn / "pdf"), "--jsonl"])
    assert done.exit_code == 0, done.output
    (line,) = (json.loads(line) for line in done.stdout.splitlines())
    (truth,) = (json.loads(path.read_text()) for path in (drawn / "truth").iterdir())
    assert line["fields"]["total"] == truth["fields"]["total"]
    assert set(line["fields"]) == set(line["confidence"]) == set(FIELD_NAMES)
    assert line["seconds"] > 0 and line["checks"]


def test_a_score_counts_each_field_and_a_wrong_truth_is_seen(drawn):
    def score():
        done = RUNNER.invoke(app, ["receipts", "score", str(drawn), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["all"]

    assert score()["fields"]["all"] == {"exact": 14}
    (path,) = (drawn / "truth").iterdir()
    truth = json.loads(path.read_text())
    truth["fields"] |= {"payer": "别人"}
    path.write_text(json.dumps(truth))
    assert score()["fields"]["payer"] == {"wrong": 1}


def test_a_folder_without_truth_is_told_and_not_scored(tmp_path):
    done = RUNNER.invoke(app, ["receipts", "score", str(tmp_path)])
    assert done.exit_code == 2
