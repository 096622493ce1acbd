import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from api_door import SETTINGS, Door
from api_routes import insured, purchase
from buyers import child, insure, new_number

from api.roster_files import MOST_BYTES, MOST_ROWS
from tests import records

pytestmark = pytest.mark.servers

HEADS = ["姓名", "证件类型", "证件号码", "班级"]
CHILD = ["黄小明", "身份证", "430102201602290017", "三年级二班"]
GIRL = ["李小雨", "护照", "E12345678", "三年级二班"]


def csv(*rows, encoding="utf-8"):
    return "\n".join(",".join(row) for row in rows).encode(encoding)


def xlsx(*rows):
    """The least that is a workbook."""
    cells = "".join(
        f'<row r="{y}">' + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>"
        for y, row in enumerate(rows, start=1)
    )
    main, rels = "http://schemas.openxmlformats.org", "http://schemas.openxmlformats.org/package/2006/relationships"
    office = f"{main}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{main}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}/spreadsheetml/2006/main" xmlns:r="{office}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData>'
        "</worksheet>",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def new_school():
    return f"2143{int(records.new('')[1:9], 16) % 10**6:06d}"


def teacher(door: Door, school):
    return door.as_("school", "teacher-1", school=school)


async def put(door: Door, school, content, **query):
    files = {"file": ("roster", content)}
    return await door.client.put(
        f"/v1/schools/{school}/roster", files=files, params=query, headers=teacher(door, school)
    )


async def listed(door: Door, school, what="roster"):
    return (await door.client.get(f"/v1/schools/{school}/{what}", headers=teacher(door, school))).json()


FORMATS = {
    "csv": csv(HEADS, CHILD, GIRL),
    "csv of a Chinese desk": csv(HEADS, CHILD, GIRL, encoding="gb18030"),
    "csv with a mark": csv(HEADS, CHILD, GIRL, encoding="utf-8-sig"),
    "xlsx": xlsx(HEADS, CHILD, GIRL),
}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
async def test_a_roster_is_taken_and_shown_masked(door: Door, content):
    school = new_school()
    answer = await put(door, school, content)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "rejected": []}), answer.text
    items = (await listed(door, school))["items"]
    assert {(i["name"], i["id_number"], i["class_name"]) for i in items} == {
        ("黄**", "430102********0017", "三年级二班"), ("李**", "E********", "三年级二班"),
    }  # fmt: skip


BAD = [
    (["", "身份证", "430102201602290017", "一班"], "name", "required"),
    (["黄小明", "身份证", "430102201602290018", "一班"], "id_number", "bad_check_digit"),
    (["黄小明", "学生证", "430102201602290017", "一班"], "id_type", "unknown_value"),
    (["黄小明", "身份证", "430102201602290017", "班" * 51], "class_name", "bad_format"),
]


@pytest.mark.parametrize(("row", "field", "code"), BAD)
async def test_one_bad_row_keeps_all_out_and_is_named_unless_the_good_ones_are_wanted(door: Door, row, field, code):
    school, content = new_school(), csv(HEADS, GIRL, row)
    refused = await put(door, school, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_rows")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(f"row 3: {field}", code)]
    assert (await listed(door, school))["items"] == []
    taken = await put(door, school, content, partial=True)
    assert (taken.status_code, taken.json()["accepted"]) == (200, 1)
    assert [(bad["row"], bad["field"], bad["code"]) for bad in taken.json()["rejected"]] == [(3, field, code)]


async def test_every_bad_row_is_told_however_many_they_are(door: Door):
    rows = range(2, 2 + MOST_ROWS // 4)
    refused = await put(door, new_school(), csv(HEADS, *([f"黄{n}", "身份证", f"430102{n}", "一班"] for n in rows)))
    assert [error["field"] for error in refused.json()["errors"]] == [f"row {n}: id_number" for n in rows]
    assert refused.json()["title"].startswith(f"有{len(rows)}行")


def bomb():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    return data.getvalue()


UNREADABLE = {
    "nothing": (b"", "columns_missing"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "unreadable_file"),
    "a broken archive": (b"PK\x03\x04 and no more", "unreadable_file"),
    "another archive": (xlsx(HEADS)[:-40], "unreadable_file"),
    "a bomb": (bomb(), "file_too_large"),
    "too large": (b"," * (MOST_BYTES + 1), "file_too_large"),
    "too long": (csv(HEADS, *[CHILD] * 20_001), "too_many_rows"),
    "no heads": (csv(CHILD, GIRL), "columns_missing"),
}


@pytest.mark.parametrize(("content", "code"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_file_that_is_no_roster_is_refused(door: Door, content, code):
    answer = await put(door, new_school(), content)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_a_student_given_again_has_the_new_class(door: Door):
    school = new_school()
    for name in ("三年级二班", "四年级二班"):
        assert (await put(door, school, csv(HEADS, [*CHILD[:3], name]))).status_code == 200
    assert [item["class_name"] for item in (await listed(door, school))["items"]] == ["四年级二班"]


async def test_a_school_sees_its_own_alone(door: Door):
    school, other = new_school(), new_school()
    for what in ("roster", "enrolment"):
        answer = await door.client.get(f"/v1/schools/{school}/{what}", headers=teacher(door, other))
        assert answer.status_code == 404


async def test_how_many_are_insured_is_told_by_class_of_five_or_more_and_nothing_else(door: Door):
    school = new_school()
    for class_name, count in (("一班", 5), ("二班", 4)):
        student = records.policy().insured | {"school_code": school, "class_name": class_name}
        await door.store(*(records.policy(insured=student) for _ in range(count)))
    ended = records.policy().insured | {"school_code": school, "class_name": "一班"}
    await door.store(records.policy(insured=ended, ends_on=records.EFFECTIVE))
    seen = await listed(door, school, "enrolment")
    # four more would tell how many they are in the other class
    assert (seen["insured"], seen["classes"]) == (5, [{"class_name": "一班", "insured": 5}])


async def test_small_classes_count_together_when_they_are_many_enough_not_to_be_told_apart(door: Door):
    school = new_school()
    for class_name in ("一班", "二班", "三班"):
        student = records.policy().insured | {"school_code": school, "class_name": class_name}
        await door.store(*(records.policy(insured=student) for _ in range(3)))
    seen = await listed(door, school, "enrolment")
    assert (seen["insured"], seen["classes"]) == (9, [])


async def test_a_school_of_few_sees_no_number(door: Door):
    school = new_school()
    await door.store(records.policy(insured=records.policy().insured | {"school_code": school}))
    seen = await listed(door, school, "enrolment")
    assert (seen["insured"], seen["classes"]) == (None, [])


# --- the gate ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def gate(door: Door):
    """The setting that is off by default."""
    process = SETTINGS.process.model_copy(update={"roster_gate": True})
    door.app.state.parts = replace(door.parts, settings=SETTINGS.model_copy(update={"process": process}))
    yield
    door.app.state.parts = door.parts


async def buy(door: Door, school, who=None):
    body = purchase() | {"insured": (who or insured()) | {"school_code": school}}
    return await door.client.post("/v1/purchases", json=body, headers=door.parent())


async def test_a_new_student_who_is_on_no_roster_is_told_why_nothing_can_be_bought_yet(door: Door, gate):
    school = new_school()
    refused = await buy(door, school)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_on_roster")
    assert "花名册" in refused.json()["title"]
    assert (await put(door, school, csv(HEADS, CHILD))).status_code == 200
    assert (await buy(door, school)).status_code == 201


ENDS = {
    "expired": {"ends_on": records.EFFECTIVE},
    "surrendered": {"ends_on": records.TODAY, "ended_reason": "surrendered"},
    "surrendered before effect": {"effective_date": date(2026, 4, 1), "ended_reason": "surrendered"},
    "still insured": {"ends_on": records.TODAY},
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
async def test_who_was_insured_before_is_no_new_student_however_it_ended(door: Door, gate, ends):
    before = await insure(door, new_number(), death_limit_fen=0, **ends)
    assert (await buy(door, new_school(), before)).status_code == 201
    assert (await buy(door, new_school(), child(new_number()))).json()["code"] == "not_on_roster"


async def test_the_gate_is_open_unless_it_is_set(door: Door):
    assert (await buy(door, new_school(), child(new_number()))).status_code == 201
