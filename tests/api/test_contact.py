import asyncio

import pytest
from api_door import Door
from api_family import Family, new_family
from sqlmodel import select

from activities.chains import contact_of
from activities.reviews import ReviewRecords
from insurance.tables import Claim, Event, HistoryEntry, OutboxNotice, PersonalDataRead
from tests import records

pytestmark = pytest.mark.servers
WORDS = "孩子的药费单丢了，怎么办"


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


async def write(door: Door, about: str, text: str, headers):
    answer = await door.client.post(f"{about}/messages", json={"text": text}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def unanswered(door: Door, insurer="xiangjiang"):
    answer = await door.client.get("/v1/messages", params={"limit": 100}, headers=door.adjuster(insurer=insurer))
    return answer.json()["items"]


def claim_of(family: Family) -> str:
    return f"/v1/claims/{family.claim_id}"


def policy_of(family: Family) -> str:
    return f"/v1/policies/{family.policy_no}"


async def test_every_policy_and_claim_says_whom_to_call(door: Door, family: Family):
    for path in (policy_of(family), claim_of(family)):
        case = (await door.client.get(path, headers=door.parent(family.subject))).json()
        contact = case["contact"]
        assert (contact["hotline"], contact["hours"]) == ("400-000-0731", "每日 8:00-20:00，报案全天受理")


async def test_every_policy_and_claim_says_where_to_complain_how_long_it_takes_and_where_next(
    door: Door, family: Family
):
    for path in (policy_of(family), claim_of(family)):
        case = (await door.client.get(path, headers=door.parent(family.subject))).json()
        complaints = case["contact"]["complaints"]
        assert (complaints["url"], complaints["answer_days"]) == ("/v1/complaints", 15)
        ways = {step["who"]: step["how"] for step in complaints["where_next"]}
        assert ways["银行保险消费者投诉维权热线"] == "12378"
        assert list(ways)[2:] == ["保险纠纷调解", "仲裁或者诉讼"]


async def test_a_familys_message_waits_for_its_insurers_adjusters_with_the_day_of_its_answer(
    door: Door, family: Family
):
    sent = await write(door, claim_of(family), WORDS, door.parent(family.subject))
    assert (sent["by"], sent["answer_due_on"], sent["answered_at"]) == ("family", "2026-03-11", None)
    (waiting,) = [m for m in await unanswered(door) if m["message_id"] == sent["message_id"]]
    assert (waiting["claim_id"], waiting["policy_no"]) == (family.claim_id, family.policy_no)
    assert "text" not in waiting and "author" not in waiting
    assert sent["message_id"] not in {m["message_id"] for m in await unanswered(door, "ganpo")}


@pytest.mark.parametrize(
    ("state", "adjuster", "told"),
    [
        ("taken", "adj-1", "adj-1"),
        ("waiting_documents", "adj-1", "adj-1"),
        ("open", None, "role:lead:xiangjiang"),
        ("decided", "adj-1", "role:lead:xiangjiang"),
    ],
)
async def test_who_has_the_claim_in_hand_is_told_of_a_message_and_else_the_leads(
    door: Door, family: Family, state, adjuster, told
):
    review = records.review(review_id=family.review_id, claim_id=family.claim_id, seq=2, state=state, adjuster=adjuster)
    await ReviewRecords(door.database).publish_review(review)
    await write(door, claim_of(family), WORDS, door.parent(family.subject))
    await write(door, policy_of(family), WORDS, door.parent(family.subject))
    async with door.database.transaction() as session:
        about = select(OutboxNotice).where(OutboxNotice.about.in_((family.claim_id, family.policy_no)))
        notices = {n.about: n for n in (await session.exec(about)).all() if n.kind == "message"}
    assert {n.subject for n in notices.values()} == {told, "role:lead:xiangjiang"}
    assert notices[family.claim_id].subject == told
    assert "3月11日" in notices[family.claim_id].text and WORDS not in notices[family.claim_id].text


async def test_the_oldest_question_stands_first(door: Door):
    families = [await new_family(door) for _ in range(3)]
    sent = [(await write(door, claim_of(f), WORDS, door.parent(f.subject)))["message_id"] for f in families]
    found = [m["message_id"] for m in await unanswered(door)]
    # written at one instant: by their ids then
    assert [m for m in found if m in sent] == sorted(sent)


async def test_an_answer_ends_the_wait_and_is_told_to_the_family(door: Door, family: Family):
    asked = await write(door, claim_of(family), WORDS, door.parent(family.subject))
    answered = await write(door, claim_of(family), "可以到医院补打", door.adjuster())
    assert (answered["by"], answered["author"], answered["answer_due_on"]) == ("adjuster", "adj-1", None)
    assert asked["message_id"] not in {m["message_id"] for m in await unanswered(door)}
    thread = (await door.client.get(f"{claim_of(family)}/messages", headers=door.parent(family.subject))).json()
    assert {m["text"] for m in thread["items"]} == {WORDS, "可以到医院补打"}
    assert all("author" not in m for m in thread["items"])
    async with door.database.transaction() as session:
        notices = select(OutboxNotice).where(OutboxNotice.subject == family.subject, OutboxNotice.kind == "message")
        (notice,) = (await session.exec(notices)).all()
    assert notice.about == family.claim_id and "补打" not in notice.text


async def test_what_was_said_stands_in_timeline_and_history_without_its_words(door: Door, family: Family):
    await write(door, claim_of(family), WORDS, door.parent(family.subject))
    await write(door, claim_of(family), "可以到医院补打", door.adjuster())
    case = (await door.client.get(claim_of(family), headers=door.parent(family.subject))).json()
    said = [(e["event"], e["by"], e["seq"]) for e in case["timeline"] if e["event"].startswith("message_")]
    assert said == [("message_sent", "family", 0), ("message_answered", "adjuster", 0)]
    history = (await door.client.get(f"{claim_of(family)}/history", headers=door.adjuster())).json()
    assert history["verification"]["intact"]
    assert [e["by"] for e in history["entries"] if e["event"] == "message_answered"] == ["adjuster:adj-1"]
    async with door.database.transaction() as session:
        for table in (Event, HistoryEntry):
            texts = [row.text for row in (await session.exec(select(table))).all()]
            assert not [text for text in texts if WORDS in text or "补打" in text]


async def test_messages_of_one_moment_each_have_their_line(door: Door, family: Family):
    parent = door.parent(family.subject)
    await asyncio.gather(*(write(door, claim_of(family), f"{WORDS}{n}", parent) for n in range(6)))
    async with door.database.transaction() as session:
        events = select(Event).where(Event.process_id == contact_of(family.claim_id)).order_by(Event.seq)
        assert [e.seq for e in (await session.exec(events)).all()] == [1, 2, 3, 4, 5, 6]


async def test_a_policy_has_a_thread_of_its_own(door: Door, family: Family):
    await write(door, claim_of(family), WORDS, door.parent(family.subject))
    asked = await write(door, policy_of(family), "怎么换手机号", door.parent(family.subject))
    assert asked["claim_id"] is None
    await write(door, policy_of(family), "请在我的页面更改", door.adjuster())
    thread = (await door.client.get(f"{policy_of(family)}/messages", headers=door.adjuster())).json()
    assert [m["text"] for m in thread["items"] if m["by"] == "family"] == ["怎么换手机号"]
    # the one about the claim still waits
    assert family.claim_id in {m["claim_id"] for m in await unanswered(door)}


async def test_a_policy_shows_both_sides_what_was_said_about_it_without_the_words(door: Door, family: Family):
    await write(door, policy_of(family), "怎么换手机号", door.parent(family.subject))
    await write(door, policy_of(family), "请在我的页面更改", door.adjuster())
    await write(door, claim_of(family), WORDS, door.parent(family.subject))
    for who in (door.parent(family.subject), door.adjuster()):
        policy = (await door.client.get(policy_of(family), headers=who)).json()
        assert [(e["event"], e["by"]) for e in policy["timeline"]] == [
            ("message_sent", "family"), ("message_answered", "adjuster"),
        ]  # fmt: skip
        assert "手机号" not in str(policy["timeline"])
        thread = await door.client.get(policy["messages_url"], headers=who)
        assert len(thread.json()["items"]) == 2


async def test_adjusters_see_the_policy_they_have_a_message_about_masked_and_their_reading_is_logged(
    door: Door, family: Family
):
    policy = (await door.client.get(policy_of(family), headers=door.adjuster())).json()
    assert (policy["insured"]["name"], policy["applicant"]["mobile"]) == ("黄**", "137****5678")
    shown = str(policy)
    assert not [secret for secret in ("黄小明", "黄建国", "430102201602290017", "13712345678") if secret in shown]
    async with door.database.transaction() as session:
        reads = select(PersonalDataRead).where(PersonalDataRead.object_id == family.policy_no)
        assert [read.purpose for read in (await session.exec(reads)).all()] == ["policy"]
    answer = await door.client.get(policy_of(family), headers=door.adjuster(insurer="ganpo"))
    assert answer.status_code == 404


async def test_an_adjusters_reading_is_logged(door: Door, family: Family):
    await write(door, claim_of(family), WORDS, door.parent(family.subject))
    await door.client.get(f"{claim_of(family)}/messages", headers=door.adjuster())
    async with door.database.transaction() as session:
        reads = select(PersonalDataRead).where(PersonalDataRead.object_id == family.claim_id)
        assert [read.purpose for read in (await session.exec(reads)).all()] == ["contact"]


async def test_nobody_writes_to_a_policy_without_an_account(door: Door):
    policy = records.policy(applicant_subject=None)
    await door.store(policy)
    answer = await door.client.post(
        f"/v1/policies/{policy.policy_no}/messages", json={"text": "您好"}, headers=door.adjuster()
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "no_account")


async def test_a_closed_claim_can_still_be_asked_about(door: Door, family: Family):
    async with door.database.transaction() as session:
        claim = await session.get_one(Claim, family.claim_id)
        claim.state, claim.open = "closed", False
    assert (await write(door, claim_of(family), WORDS, door.parent(family.subject)))["claim_id"] == family.claim_id


@pytest.mark.parametrize("text", ["", " \n ", "字" * 2001, None, 7, ["您好"], "a\x00b"])
async def test_a_message_that_is_none_is_refused(door: Door, family: Family, text):
    answer = await door.client.post(
        f"{claim_of(family)}/messages", json={"text": text}, headers=door.parent(family.subject)
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "text")
