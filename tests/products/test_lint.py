import shutil

import pytest
import yaml

from insurance.products.catalogue import HERE, load_catalogue
from insurance.products.lint import lint
from insurance.products.reading import ProductDataInvalid

GOOD = (HERE / "changsha-2024-plan-4.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(HERE, tmp_path / "products", ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def found(folder, change) -> list[tuple[str, str]]:
    """Problems as (field, reason) of plan 4 after `change` to its data."""
    data = yaml.safe_load(GOOD)
    change(data)
    file = folder / "changsha-2024-plan-4.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    problems = lint(file)
    assert all(problem.file == file.name for problem in problems)
    return [(problem.field, problem.reason) for problem in problems]


def coverage(data, coverage_id):
    return next(c for c in data["coverages"] if c["id"] == coverage_id)


def change(coverage_id, **changes):
    return lambda data: coverage(data, coverage_id).update(changes)


def test_what_we_ship_has_no_problems(folder):
    assert lint(HERE) == []
    assert lint(folder) == []
    assert lint(folder / "jiangxi-plus.yaml") == []


@pytest.mark.parametrize(
    ("edit", "field", "reason"),
    [
        (lambda d: d.pop("premium"), "premium", "缺少这一项"),
        (lambda d: d["premium"].pop("clause"), "premium.clause", "缺少这一项"),
        (lambda d: d["premium"].update(yuan=100.5), "premium.yuan", '应为整数元，或带引号的金额，如 "100.50"'),
        (lambda d: d["premium"].update(yuan=True), "premium.yuan", '应为整数元，或带引号的金额，如 "100.50"'),
        (lambda d: d["premium"].update(yuan="1.234"), "premium.yuan", "金额应为数字，最多两位小数"),
        (lambda d: d["premium"].update(yuan=-1), "premium.yuan", "金额不能为负"),
        (lambda d: d.update(colour="red"), "colour", "不认识的项，请检查拼写"),
        (lambda d: d.update(version=1), "version", "应为文字（日期和数字请加引号）"),
        (lambda d: d.update(title=""), "title", "不能为空"),
        (lambda d: d.update(insurer="湘江"), "insurer", "格式不对"),
        (lambda d: d.update(sold_from="soon"), "sold_from", "应为日期，如 2024-10-31"),
        (
            lambda d: d.update(school_types=["primary", "evening"]),
            "school_types.1",
            "只能是 'kindergarten', 'primary', 'junior', 'senior', 'university', 'special'",
        ),
        (lambda d: d.update(coverages=[]), "coverages", "不能为空"),
        (lambda d: d.update(coverages=5), "coverages", "应为列表"),
        (lambda d: d.update(term=5), "term", "应为“名称: 值”的列表"),
        (change("dental", limit={"yuan": 6000}), "coverages.dental.limit.clause", "缺少这一项"),
        (change("dental", waiting={"days": 0, "clause": "x"}), "coverages.dental.waiting.days", "不能小于 1"),
        (change("dental", waiting={"days": "30", "clause": "x"}), "coverages.dental.waiting.days", "应为整数"),
        (lambda d: d["surrender"].update(kept_percent=101), "surrender.kept_percent", "不能大于 100"),
        (
            lambda d: d["surrender"].update(request_day_counts="maybe"),
            "surrender.request_day_counts",
            "应为 true 或 false",
        ),
        (change("dental", id="rabies"), "coverages.rabies", "写了两次"),
        (lambda d: d["documents"].append("declaration"), "documents", "declaration 写了两次"),
        (
            change("sudden_death", in_place_of="nothing"),
            "coverages.sudden_death.in_place_of",
            "没有排在本项之前的 nothing",
        ),
        (
            change("illness_death", shares_sum_with="sudden_death"),
            "coverages.illness_death.shares_sum_with",
            "没有排在本项之前的 sudden_death",
        ),
        (
            lambda d: coverage(d, "campus_medical").pop("overflow_of"),
            "coverages.campus_medical.medical",
            "pays 含 medical 时须写 medical 或 overflow_of，否则都不写",
        ),
        (
            change("sudden_death", overflow_of="accident_medical"),
            "coverages.sudden_death.medical",
            "pays 含 medical 时须写 medical 或 overflow_of，否则都不写",
        ),
        (
            change("dental", overflow_of="accident_medical"),
            "coverages.dental.medical",
            "按票据赔付的保障不能再有 overflow_of 或其他给付",
        ),
        (
            change("dental", pays=["medical", "death"]),
            "coverages.dental.medical",
            "按票据赔付的保障不能再有 overflow_of 或其他给付",
        ),
        (
            lambda d: coverage(d, "rabies")["medical"].update(receipts=["dental"]),
            "coverages.rabies.medical.receipts",
            "dental 已归 dental",
        ),
        (
            lambda d: coverage(d, "illness_hospital")["medical"]["unsettled"]["bands"].reverse(),
            "coverages.illness_hospital.medical.unsettled",
            "各档上限须递增，最后一档不写上限",
        ),
        (
            lambda d: coverage(d, "illness_hospital")["medical"]["unsettled"]["bands"].pop(),
            "coverages.illness_hospital.medical.unsettled",
            "各档上限须递增，最后一档不写上限",
        ),
        (
            lambda d: coverage(d, "illness_hospital")["medical"]["unsettled"]["bands"][1].update(up_to_yuan=5000),
            "coverages.illness_hospital.medical.unsettled",
            "各档上限须递增，最后一档不写上限",
        ),
        (
            lambda d: coverage(d, "illness_hospital")["medical"]["self_expense"].pop("explanation"),
            "coverages.illness_hospital.medical.self_expense.explanation",
            "不赔自费时须写说明，赔自费时不写",
        ),
        (
            lambda d: coverage(d, "dental")["medical"]["self_expense"].update(explanation="x"),
            "coverages.dental.medical.self_expense.explanation",
            "不赔自费时须写说明，赔自费时不写",
        ),
        (lambda d: d["agreed_times"].pop(), "agreed_times", "各档金额须递增，最后一档不写金额"),
        (
            lambda d: d["approval"]["automatic_up_to"].update(yuan=20000),
            "approval.second_adjuster_from",
            "须大于自动核赔上限",
        ),
        (lambda d: d.update(product_id="other"), "product_id", "文件名须以产品编号开头"),
    ],
)
def test_a_problem_is_named_by_file_field_and_reason(folder, edit, field, reason):
    assert found(folder, edit) == [(field, reason)]


def test_all_problems_are_said_at_once(folder):
    def edit(data):
        data.pop("premium")
        data["surrender"].update(kept_percent=101)

    assert [field for field, _ in found(folder, edit)] == ["premium", "surrender.kept_percent"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("premium: 1\npremium: 2\n", "第2行：“premium”写了两次"),
        ("- a\n", "应为“名称: 值”的列表"),
        ("", "应为“名称: 值”的列表"),
        ("a: [\n", "第2行："),
        ("a: \x00", "不是 YAML"),
    ],
)
def test_a_file_that_is_no_product_is_named(folder, text, reason):
    file = folder / "jiangxi-plus.yaml"
    file.write_text(text)
    (problem,) = lint(file)
    assert problem.field == "" and problem.reason.startswith(reason)
    assert str(problem).startswith("jiangxi-plus.yaml：")


def test_a_file_that_can_not_be_read_is_named(folder):
    (problem,) = lint(folder / "absent.yaml")
    assert problem.reason == "读不出来（FileNotFoundError）"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: (f / "documents/declaration.md").unlink(), ("changsha-2024-plan-1", "documents")),
        (lambda f: (f / "documents/declaration.md").write_text("no head"), ("declaration.md", "")),
        (
            lambda f: (f / "documents/declaration.md").write_text("---\nid: other\ntitle: t\nversion: '1'\n---\n"),
            ("declaration.md", "id"),
        ),
        (
            lambda f: (f / "documents/declaration.md").write_text("---\nid: declaration\ntitle: t\n---\n"),
            ("declaration.md", "version"),
        ),
        (lambda f: (f / "insurers.yaml").write_text("insurers: []"), ("insurers.yaml", "insurers")),
        (lambda f: (f / "insurers.yaml").unlink(), ("insurers.yaml", "")),
        (lambda f: shutil.copy(f / "jiangxi-plus.yaml", f / "jiangxi-plus-2.yaml"), ("jiangxi-plus", "version")),
        (lambda f: (f / "jiangxi-plus.yaml").write_text("x: 1"), ("jiangxi-plus.yaml", "product_id")),
    ],
)
def test_a_folder_is_checked_as_a_whole(folder, spoil, expected):
    spoil(folder)
    assert expected in [(problem.file, problem.field) for problem in lint(folder)]
    with pytest.raises(ProductDataInvalid):
        load_catalogue(folder)


def test_an_insurer_that_nobody_knows_is_named(folder):
    file = folder / "jiangxi-plus.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("insurer: ganpo", "insurer: nobody"), encoding="utf-8")
    assert [str(problem) for problem in lint(folder)] == ["jiangxi-plus：insurer：insurers.yaml 里没有 nobody"]


def test_the_hash_of_a_document_covers_what_the_family_reads(folder):
    file = folder / "documents/declaration.md"
    before = load_catalogue(folder).documents("jiangxi-plus")[-1]
    file.write_text(file.read_text(encoding="utf-8").replace("自愿", "完全自愿"), encoding="utf-8")
    load_catalogue.cache_clear()
    after = load_catalogue(folder).documents("jiangxi-plus")[-1]
    assert before.sha256 != after.sha256 and before.text != after.text
    assert not before.text.startswith("---")
