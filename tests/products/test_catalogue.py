import hashlib
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter

from insurance.products.catalogue import CONSENTS_WITH_TEXTS, HERE, Catalogue, UnknownProduct, load_catalogue
from insurance.products.reading import ProductDataInvalid
from insurance.rules.days import last_day_of_term
from insurance.rules.death_cover import death_sum
from insurance.settings import StorageSettings

CATALOGUE = load_catalogue()
PLANS = [CATALOGUE.product(f"changsha-2024-plan-{n}") for n in (1, 2, 3, 4)]
ORDER = [
    "illness_death",
    "accident_death",
    "accident_disability",
    "illness_hospital",
    "accident_medical",
    "critical_illness",
    "campus_death",
    "campus_death_disability",
    "campus_medical",
    "suturing",
    "dental",
    "rabies",
    "sudden_death",
]

# 长教发〔2024〕21号 annex 2, in yuan; None is not covered
ANNEX_2 = {
    "illness_death": (30000, 30000, 30000, 40000),
    "accident_death": (30000, 30000, 30000, 40000),
    "accident_disability": (30000, 50000, 60000, 70000),
    "illness_hospital": (30000, 40000, 60000, 60000),
    "accident_medical": (60000, 70000, 120000, 120000),
    "critical_illness": (100000, 100000, 100000, 100000),
    "campus_death_disability": (170000, 170000, 170000, 160000),
    "campus_medical": (30000, 30000, 40000, 50000),
    "suturing": (None, 4000, 5000, 6000),
    "dental": (None, 4000, 5000, 6000),
    "rabies": (None, 2000, 3000, 4000),
    "sudden_death": (None, None, None, 100000),
}


def limit(terms, coverage_id):
    coverage = terms.coverage(coverage_id)
    return coverage.limit_fen // 100 if coverage else None


@pytest.mark.parametrize("coverage_id", ANNEX_2)
def test_the_changsha_plans_have_the_sums_of_annex_2(coverage_id):
    assert tuple(limit(plan, coverage_id) for plan in PLANS) == ANNEX_2[coverage_id]


def test_the_changsha_plans_cost_what_annex_2_says():
    assert [plan.premium_fen for plan in PLANS] == [100_00, 120_00, 150_00, 180_00]


def test_jiangxi_plus_has_the_sums_of_the_guide():
    terms = CATALOGUE.product("jiangxi-plus")
    assert {c.coverage_id: c.limit_fen // 100 for c in terms.coverages} == {
        "campus_death": 120000,
        "accident_death": 80000,
        "illness_death": 40000,
        "accident_disability": 80000,
        "accident_medical": 5000,
        "illness_hospital": 80000,
        "critical_illness": 50000,
    }
    assert terms.premium_fen == 100_00
    assert terms.coverage("accident_disability").draws_on == "accident_death"


def test_jiangxi_extra_has_the_sums_of_its_own_table():
    terms = CATALOGUE.product("jiangxi-extra")
    (table,) = [
        line
        for document in CATALOGUE.documents("jiangxi-extra")
        for line in document.text.splitlines()
        if line.startswith("**附表")
    ]
    assert len(terms.coverages) == table.count("元")
    assert all(f"{c.label}{c.limit_fen // 100:,}元" in table for c in terms.coverages)
    assert terms.premium_fen == 150_00
    assert terms.coverage("accident_disability").draws_on is None


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
def test_coverages_stand_in_the_order_in_which_they_are_cut(terms):
    ids = [coverage.coverage_id for coverage in terms.coverages]
    assert ids == [coverage_id for coverage_id in ORDER if coverage_id in ids]


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
def test_campus_death_reaches_the_cap_of_a_young_child(terms):
    assert death_sum(terms) == 200_000_00
    assert [(cap.below_age, cap.cap_fen) for cap in terms.minors_death_caps] == [(10, 200_000_00), (18, 500_000_00)]


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_what_came_with_an_application_is_kept_until_five_years_after_the_contract(terms, year):
    """保险法 87, for a family that buys as early as the product lets it."""
    brought = date(year, 7, 1)
    first_day = brought + timedelta(days=30 + terms.first_day_within_days)
    contract_ends = last_day_of_term(first_day, terms.term_years)
    kept_until = brought + timedelta(days=StorageSettings().retention_days)
    assert kept_until >= contract_ends.replace(year=contract_ends.year + 5)


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
def test_the_numbers_that_all_products_share(terms):
    assert (terms.term_years, terms.first_day_after_payment) == (1, 1)
    assert {c.coverage_id for c in terms.coverages if c.waiting_days} == {
        "illness_death",
        "illness_hospital",
        "critical_illness",
        "sudden_death",
    } & {c.coverage_id for c in terms.coverages}
    assert {c.waiting_days for c in terms.coverages} == {0, 30}
    assert terms.automatic_approval_limit_fen == terms.small_claim_fen == 3_000_00
    assert (terms.second_adjuster_from_fen, terms.serious_case_from_fen) == (20_000_00, 50_000_00)
    assert (terms.surrender.kept_percent, terms.surrender.request_day_counts) == (65, True)


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
def test_six_documents_must_be_agreed_to(terms):
    documents = CATALOGUE.documents(terms.product_id)
    assert [document.title for document in documents] == [
        "投保前提示",
        "公司声明",
        "客户信息共享条款",
        "保险条款",
        "责任免除",
        "声明与授权",
    ]
    assert all(len(document.sha256) == 64 and document.version and document.text for document in documents)


@pytest.mark.parametrize("terms", CATALOGUE.products, ids=lambda terms: terms.product_id)
def test_every_clause_that_is_cited_stands_in_the_products_own_terms(terms):
    text = next(d.text for d in CATALOGUE.documents(terms.product_id) if d.title == "保险条款")
    for coverage in terms.coverages:
        for article in coverage.clause.removeprefix("保险条款").split("；")[0].split("、"):
            assert f"**{article}" in text


@pytest.mark.parametrize("kind", CONSENTS_WITH_TEXTS)
def test_each_insurer_asks_for_each_consent_in_its_own_name(kind):
    asked = [CATALOGUE.consent(kind, insurer.code) for insurer in CATALOGUE.insurers]
    for text, insurer in zip(asked, CATALOGUE.insurers, strict=True):
        assert insurer.name in text.title and insurer.name in text.text and "{" not in text.title + text.text
        assert text.sha256 == hashlib.sha256(text.text.encode()).hexdigest()
    assert len({text.sha256 for text in asked}) == len(asked) > 1


def test_the_newest_text_of_a_consent_is_asked_and_the_old_one_stays_readable(tmp_path):
    folder = shutil.copytree(HERE, tmp_path / "products", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for number in (2, 10):
        head = f'---\nid: child-data-{number}\ntitle: 同意{{insurer}}\nversion: "{number}"\n---\n'
        (folder / "consents" / f"child-data-{number}.md").write_text(head + "第十版\n", encoding="utf-8")
    catalogue = load_catalogue.__wrapped__(folder)
    asked = catalogue.consent("child_data", "ganpo")
    versions = [text.version for text in catalogue.consents if text.document_id == asked.document_id]
    assert (asked.version, versions) == ("10", ["1", "2", "10"])


def test_a_consent_without_a_text_is_named(tmp_path):
    folder = shutil.copytree(HERE, tmp_path / "products", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "consents" / "account-data-1.md").unlink()
    with pytest.raises(ProductDataInvalid, match=r"account-data-1\.md"):
        load_catalogue.__wrapped__(folder)


def test_one_insurer_serves_each_province():
    assert {insurer.code: insurer.region for insurer in CATALOGUE.insurers} == {
        "xiangjiang": "430000",
        "ganpo": "360000",
    }
    assert {plan.insurer_code for plan in PLANS} == {"xiangjiang"}
    assert {CATALOGUE.product(f"jiangxi-{name}").insurer_code for name in ("plus", "extra")} == {"ganpo"}
    assert CATALOGUE.insurer("ganpo").name.endswith("（示例）") and CATALOGUE.insurer("nobody") is None


def test_an_unknown_product_or_version_is_refused():
    for asked in (("nothing",), ("jiangxi-plus", "1999")):
        with pytest.raises(UnknownProduct):
            CATALOGUE.product(*asked)
        with pytest.raises(UnknownProduct):
            CATALOGUE.documents(*asked)


def test_a_product_is_on_sale_from_its_day():
    assert CATALOGUE.on_sale(date(2023, 7, 31)) == ()
    assert [p.product_id for p in CATALOGUE.on_sale(date(2024, 10, 30))] == ["jiangxi-plus"]
    assert len(CATALOGUE.on_sale(date(2024, 10, 31))) == 5
    assert "jiangxi-extra" in {p.product_id for p in CATALOGUE.on_sale(date(2025, 8, 1))}


def test_a_new_version_stands_beside_the_old_one():
    old = CATALOGUE.product("jiangxi-plus")
    new = replace(old, version="2027-08-01", sold_from=date(2027, 8, 1), premium_fen=110_00)
    catalogue = Catalogue(CATALOGUE.insurers, (old, new), CATALOGUE.texts)
    assert catalogue.product("jiangxi-plus") == new
    assert catalogue.product("jiangxi-plus", old.version) == old
    assert catalogue.on_sale(date(2027, 7, 31)) == (old,)
    assert catalogue.on_sale(date(2027, 8, 1)) == (new,)
    assert catalogue.documents("jiangxi-plus", old.version) == CATALOGUE.documents("jiangxi-plus")


def test_the_catalogue_is_read_once_and_travels_as_json():
    assert load_catalogue() is CATALOGUE
    adapter = TypeAdapter(Catalogue)
    assert adapter.validate_json(adapter.dump_json(CATALOGUE)) == CATALOGUE
