import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from api_door import SETTINGS, Door
from api_family import Family, new_family
from api_routes import agreements, policy_code
from asn1crypto import pem, x509
from pydantic import TypeAdapter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlmodel import col, select, update
from test_letters import text_of

from activities.policy_documents import PolicyDocuments
from activities.purchases import PurchaseRecords
from insurance.letters.fonts import FontMissing
from insurance.rules.application import Agreement
from insurance.rules.death_cover import DeathCover, death_cover
from insurance.settings import SigningSettings
from insurance.tables import Letter, Policy
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


async def download(door: Door, policy_no: str, subject: str):
    return await door.client.get(f"/v1/policies/{policy_no}/document", headers=door.parent(subject))


async def e_policy(door: Door, family: Family) -> bytes:
    answer = await download(door, family.policy_no, family.subject)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


async def correct(door: Door, policy_no: str, **changes) -> None:
    async with door.database.transaction() as session:
        await session.execute(update(Policy).where(col(Policy.policy_no) == policy_no).values(**changes))


async def letters_of(door: Door, policy_no: str) -> list[Letter]:
    async with door.database.transaction() as session:
        return list((await session.exec(select(Letter).where(Letter.process_id == policy_no))).all())


def ask(door: Door, family: Family, query: str | None = None, **headers):
    return door.client.get(f"/v1/verify/{family.policy_no}?{query or policy_code(family)}", headers=headers)


async def test_a26_the_family_downloads_the_policy_and_every_reader_finds_the_signature_valid(
    door: Door, family: Family
):
    file = await e_policy(door, family)
    text = text_of(file)
    assert family.policy_no.replace("-", "") in text.replace("-", "")
    assert "投保人：黄建国" in text and "被保险人：黄小明" in text and "430102********0017" in text
    assert "430102201602290017" not in text
    certificate = await door.client.get("/v1/insurers/xiangjiang/certificate")
    _, _, authority = pem.unarmor(certificate.content)
    (signature,) = PdfFileReader(io.BytesIO(file)).embedded_signatures
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(authority)], allow_fetching=False)
    status = await async_validate_pdf_signature(signature, trusted)
    assert status.bottom_line
    assert signature.self_reported_timestamp == records.policy().created_at


async def test_it_is_stored_once_under_lock_and_served_again(door: Door, family: Family):
    before = await door.rows()
    first, second = await e_policy(door, family), await e_policy(door, family)
    assert first == second
    after = await door.rows()
    assert (after["letters"], after["objects"]) == (before["letters"] + 1, before["objects"] + 1)
    (row,) = await letters_of(door, family.policy_no)
    assert (row.kind, row.title, row.sha256) == ("policy", "电子保险单", hashlib.sha256(first).hexdigest())
    (version,) = next(v for (key, v) in door.storage._versions.items() if key == row.object_key)
    assert version.locked_until is not None


async def test_two_first_downloads_at_once_make_one_document(door: Door, family: Family):
    before = await door.rows()
    files = await asyncio.gather(*(e_policy(door, family) for _ in range(3)))
    after = await door.rows()
    assert len(set(files)) == 1
    assert (after["letters"], after["objects"]) == (before["letters"] + 1, before["objects"] + 1)


async def test_a_download_that_died_before_its_row_stores_no_second_file(door: Door, family: Family):
    file = await e_policy(door, family)
    (row,) = await letters_of(door, family.policy_no)
    async with door.database.transaction() as session:
        await session.delete(await session.get_one(Letter, row.letter_id))
    objects = (await door.rows())["objects"]
    assert await e_policy(door, family) == file
    assert (await door.rows())["objects"] == objects


async def test_a_correction_gives_another_document_and_the_first_one_stays(door: Door, family: Family):
    first = await e_policy(door, family)
    insured = records.policy().insured | {"name": "黄小鸣"}
    await correct(door, family.policy_no, insured=insured)
    assert (await ask(door, family)).json()["document"] is None
    second = await e_policy(door, family)
    assert "黄小鸣" in text_of(second) and "黄小鸣" not in text_of(first)
    assert len(await letters_of(door, family.policy_no)) == 2
    assert (await ask(door, family)).json()["document"]["sha256"] == hashlib.sha256(second).hexdigest()


async def test_what_becomes_of_the_policy_gives_no_other_document(door: Door, family: Family):
    first = await e_policy(door, family)
    await correct(door, family.policy_no, ended_reason="surrendered", ends_on=records.TODAY, surrender_id="su-1")
    assert await e_policy(door, family) == first
    assert "至2026年8月31日二十四时止" in text_of(first)


async def test_it_names_the_documents_that_were_agreed_to(door: Door, family: Family):
    texts = agreements(records.PLAN_2.product_id)
    agreed = (*(Agreement(**text) for text in texts), Agreement("COVER-9999999-YUAN", "1", "0" * 64))
    purchase = records.purchase(application=replace(records.application(), agreements=agreed))
    policy = records.policy(applicant_subject=family.subject, purchase_id=purchase.purchase_id)
    number = policy.policy_no
    await PurchaseRecords(door.database).publish_purchase(purchase)
    await door.store(policy)
    text = text_of((await download(door, number, family.subject)).content)
    assert all(one["sha256"] in text for one in texts)
    assert "声明与授权" in text
    # and nothing else of what an earlier form let through
    assert "9999999" not in text and "0" * 64 not in text


async def test_a_policy_sold_elsewhere_has_one_too(door: Door, family: Family):
    policy = records.policy(applicant_subject=family.subject, source="takeover")
    number = policy.policy_no
    await door.store(policy)
    assert "由其他渠道售出" in text_of((await download(door, number, family.subject)).content)


async def test_the_cap_on_a_childs_death_cover_is_worked_out_in_it(door: Door, family: Family):
    cover = death_cover(records.PLAN_2, date(2016, 2, 29), records.EFFECTIVE, 190_000_00)
    stored = TypeAdapter(DeathCover).dump_python(cover, mode="json")
    await correct(door, family.policy_no, death_limit_fen=cover.accepted_fen, death_cover=stored)
    text = text_of(await e_policy(door, family))
    assert "已有的身故保额-190000.00本保单身故保险金限额10000.00" in text


async def test_anybody_with_the_code_sees_that_it_is_true_and_nothing_of_the_family(door: Door, family: Family):
    file = await e_policy(door, family)
    answer = await ask(door, family)
    assert answer.status_code == 200
    seen = answer.json()
    assert seen["document"]["sha256"] == hashlib.sha256(file).hexdigest()
    assert (seen["policy_no"], seen["state"], seen["label"]) == (family.policy_no, "in_force", "已生效")
    assert (seen["effective_date"], seen["ends_on"]) == ("2025-09-01", "2026-08-31")
    assert (seen["insurer"]["code"], seen["insured_name"]) == ("xiangjiang", "黄**")
    assert answer.headers["referrer-policy"] == "no-referrer" and "no-store" in answer.headers["cache-control"]
    told = answer.text.replace(seen["document"]["sha256"], "").replace(family.policy_no, "")
    assert not [
        private for private in ("黄小明", "黄建国", "430102", "360102", "1371234", "premium") if private in told
    ]


async def test_the_code_in_the_file_leads_there(door: Door, family: Family):
    pages = [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(await e_policy(door, family))]
    (address,) = (code.text for page in pages for code in zxingcpp.read_barcodes(page))
    assert address.startswith(f"{SETTINGS.public_url}/v1/verify/")
    answer = await door.client.get(address.removeprefix(SETTINGS.public_url))
    assert (answer.status_code, answer.json()["policy_no"]) == (200, family.policy_no)


async def test_a_browser_gets_a_page_with_nothing_that_runs(door: Door, family: Family):
    policy = records.policy(insured=records.policy().insured | {"name": "<b>明"})
    answer = await ask(door, family, accept="text/html,*/*;q=0.8")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert family.policy_no in answer.text and "黄**" in answer.text and "尚未下载" in answer.text
    await correct(door, family.policy_no, insured=policy.insured)
    page = (await ask(door, family, accept="text/html")).text
    assert "&lt;**" in page and "<**" not in page


@pytest.mark.parametrize("query", ["c=", "x=1", "c=aaaaaaaaaaaaaaaa", "c=%00", "c=%E7%A0%81"])
async def test_a_wrong_code_finds_nothing(door: Door, family: Family, query: str):
    answer = await ask(door, family, query)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_browser_with_a_wrong_code_is_told_what_it_may_mean(door: Door, family: Family):
    answer = await ask(door, family, "c=aaaaaaaaaaaaaaaa", accept="text/html")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有查到" in answer.text and family.policy_no not in answer.text


async def test_the_code_of_another_policy_finds_nothing_and_neither_does_one_of_none(door: Door, family: Family):
    other = await new_family(door)
    assert (await ask(door, family, policy_code(other))).status_code == 404
    nobody = replace(family, policy_no="P-nobody")
    assert (await ask(door, nobody)).status_code == 404


@pytest.mark.parametrize("why", ["surrendered", "terminated_by_claim", "rescinded"])
async def test_after_an_early_end_the_state_says_so_and_not_why(door: Door, family: Family, why):
    await correct(door, family.policy_no, ended_reason=why, ends_on=date(2026, 3, 1))
    answer = await ask(door, family)
    seen = answer.json()
    assert (seen["state"], seen["label"], seen["ends_on"]) == ("ended", "已终止", "2026-03-01")
    page = (await ask(door, family, accept="text/html")).text
    assert "已终止" in page and not [word for word in ("理赔", "退保", "解除", why) if word in page + answer.text]


@pytest.mark.parametrize("missing", ["issuers", "code_secret"])
async def test_without_what_it_takes_to_sign_the_answer_says_so(door: Door, family: Family, missing: str, monkeypatch):
    signing = SETTINGS.signing.model_copy(update={missing: getattr(SigningSettings(), missing)})
    monkeypatch.setattr(SETTINGS, "signing", signing)
    before = await door.rows()
    answer = await download(door, family.policy_no, family.subject)
    assert (answer.status_code, answer.json()["code"]) == (503, "not_signing")
    assert "暂时不能签发" in answer.json()["title"]
    assert await door.rows() == before


async def test_an_insurer_that_does_not_sign_has_no_certificate(door: Door):
    answer = await door.client.get("/v1/insurers/ganpo/certificate")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_signing")
    assert (await door.client.get("/v1/insurers/nobody/certificate")).status_code == 404


async def test_without_a_font_the_answer_is_try_again(door: Door, family: Family, monkeypatch):
    def missing(*_):
        raise FontMissing("none")

    monkeypatch.setattr("activities.policy_documents._signed_file", missing)
    assert (await download(door, family.policy_no, family.subject)).status_code == 503


async def test_without_the_store_nothing_is_entered(door: Door, family: Family):
    door.storage.down = True
    assert (await download(door, family.policy_no, family.subject)).status_code == 503
    assert await letters_of(door, family.policy_no) == []
    door.storage.down = False
    assert await e_policy(door, family)


async def test_the_policy_says_where_its_document_is(door: Door, family: Family):
    policy = await door.client.get(f"/v1/policies/{family.policy_no}", headers=door.parent(family.subject))
    assert policy.json()["document_url"] == f"/v1/policies/{family.policy_no}/document"


async def test_the_number_of_a_document_can_be_a_key(door: Door):
    long = records.policy(policy_no="P" * 64)
    await door.store(long)
    row = await PolicyDocuments(door.database, door.storage, SETTINGS).issue("P" * 64)
    assert len(row.letter_id) <= 80
