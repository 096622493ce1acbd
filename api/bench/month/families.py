"""The families of the month: each lives its story, from moment to moment."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from api.bench.electronic_bill import electronic_bill
from api.bench.month.clock import Diary, Over
from api.bench.month.doors import Answer, Doors, Refused
from api.bench.month.stories import AFTERNOON, MOMENTS, MORNING, Story
from api.demo.people import Family, accident, application, family, taken_over

PARENT = "李志明"
FINAL_PURCHASE = ("issued", "refunded", "declined", "cancelled")


@dataclass
class Town:
    """`told`: what happened, counted; `wrong`: what should not have happened, by family."""

    doors: Doors
    diary: Diary
    product: Answer
    first_day: date
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def day_of(self, moment: int) -> date:
        return self.first_day + timedelta(days=moment // MOMENTS)

    def today(self) -> date:
        return self.day_of(self.diary.moment)

    def people(self, story: Story) -> Family:
        name = f"李{story.ending or '知远'}"
        return family(story.number, PARENT, name, self.first_day)

    def sold_elsewhere(self, story: Story) -> dict[str, Any]:
        """Its row of the takeover: a year that ends when the story says so."""
        ends = self.first_day + timedelta(days=story.ends_after or 0)
        starts = ends.replace(year=ends.year - 1) + timedelta(days=1)
        return taken_over(self.product, self.people(story), elsewhere_no(story), starts)

    async def live(self, story: Story) -> None:
        try:
            await Life(self, story).live()
        except Over:
            self.told["met the end of the month"] += 1
        except Exception as error:
            self.wrong.append(f"family {story.number}: {type(error).__name__} {error}")


def pauses(first: int) -> Iterator[int]:
    """Moments between two looks at a case: who waits long looks seldom, every three days in the end."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, 3 * MOMENTS)


def elsewhere_no(story: Story) -> str:
    return f"ELSEWHERE{story.number:06d}"


class Life:
    def __init__(self, town: Town, story: Story) -> None:
        self.town, self.story = town, story
        self.diary, self.doors, self.told = town.diary, town.doors, town.told
        self.people = town.people(story)
        self.account = self.people.account

    async def live(self) -> None:
        story = self.story
        policy_no: str | None = elsewhere_no(story)
        if story.begins is not None:
            policy_no = await self._buys(story.begins, "buy")
        if policy_no is None:
            return
        covers = await self._covers_from(policy_no)
        if story.corrects:
            await self._corrects(policy_no)
        if story.claim is not None:
            await self._claims(policy_no, covers)
        if story.surrenders_after is not None:
            await self._surrenders(policy_no, covers)
        if story.renews and story.ends_after is not None:
            await self._buys(MOMENTS * max(story.ends_after - 1, 0), "renew")

    async def ask(self, method: str, path: str, key: str | None = None, **more: Any) -> Answer:
        return await self.doors.ask(self.account, method, path, key, **more)

    # --- purchase -----------------------------------------------------------------------------------------------------

    async def _buys(self, moment: int, key: str) -> str | None:
        """The policy's number, if there is one in the end."""
        async with self.diary.at(moment):
            body = application(self.town.product, self.people)
            made = await self.ask("POST", "/v1/purchases", key, json=body)
            path = f"/v1/purchases/{made['purchase_id']}"
            offered = await self.doors.glance(self.account, path, ("awaiting_payment", *FINAL_PURCHASE))
            if offered["state"] == "awaiting_payment":
                await self._pays(path, offered)
        purchase = await self._purchase_ends(path)
        self.told[f"purchase {purchase['state']}"] += 1
        return purchase["policy_no"] if purchase["state"] == "issued" else None

    async def _pays(self, path: str, offered: Answer) -> None:
        match self.story.payment:
            case "cancelled":
                await self.ask("POST", f"{path}/cancel")
            case "too_late" | "not_at_all":
                pass
            case notice:
                await self.doors.pay(offered["payment"]["url"], notice=notice, buyer=self.story.buyer)

    async def _purchase_ends(self, path: str) -> Answer:
        """Later: the insurer may have taken its time, an order may have expired, and is taken up again."""
        resumed, looks = False, pauses(1)
        while True:
            async with self.diary.later(next(looks)):
                purchase = await self.ask("GET", path)
                if purchase["state"] in FINAL_PURCHASE:
                    return purchase
                if purchase["state"] == "payee_needed":
                    account = {"kind": "alipay", "account": f"{self.account}@example.com", "name": PARENT}
                    await self.ask("PUT", f"{path}/payee", json=account)
                    self.told["purchase refunded to another account"] += 1
                if self.story.payment in ("not_at_all", "cancelled"):
                    continue
                if purchase["state"] == "expired" and not resumed:
                    await self.ask("POST", f"{path}/resume")
                    resumed = True
                    purchase = await self.doors.glance(self.account, path, ("awaiting_payment", *FINAL_PURCHASE))
                if purchase["state"] == "awaiting_payment":
                    notice = "once" if self.story.payment == "too_late" else self.story.payment
                    await self.doors.pay(purchase["payment"]["url"], notice=notice, buyer=self.story.buyer)

    async def _covers_from(self, policy_no: str) -> date:
        async with self.diary.later():
            policy = await self.ask("GET", f"/v1/policies/{policy_no}")
        return date.fromisoformat(policy["effective_date"])

    async def _corrects(self, policy_no: str) -> None:
        async with self.diary.later():
            body = {"insured": {"class_name": "四年级一班"}, "reason": "升班"}
            try:
                await self.ask("POST", f"/v1/policies/{policy_no}/corrections", "correct", json=body)
            except Refused as no:
                self.told[f"correction refused: {no.code}"] += 1

    # --- claim --------------------------------------------------------------------------------------------------------

    async def _claims(self, policy_no: str, covers: date) -> None:
        claim = self.story.claim
        assert claim is not None
        happened = max(covers, self.town.first_day) + timedelta(days=claim.after_days)
        async with self.diary.at(self._moment(happened + timedelta(days=1), MORNING)):
            body = accident(happened, self.people.applicant["mobile"])
            try:
                made = await self.ask("POST", f"/v1/policies/{policy_no}/claims", "claim", json=body)
            except Refused as no:
                self.told[f"claim refused: {no.code}"] += 1
                return
            path = f"/v1/claims/{made['claim_id']}"
            bill = electronic_bill(self.people.insured["name"], happened, self.story.number, claim.size)
            kind = {"kind": "medical_receipt"}
            await self.ask("POST", f"{path}/documents", "bill", files={"file": ("bill.pdf", bill)}, data=kind)
            await self._names_account(path, claim.ending)
            if claim.submits:
                await self.ask("POST", f"{path}/submit")
        if claim.withdraws:
            await self._withdraws(path)
        ended = await self._claim_ends(path)
        self.told[f"claim {ended['state']} {(ended['decision'] or {}).get('outcome', '')}".strip()] += 1

    async def _names_account(self, path: str, ending: str) -> None:
        payee = self.people.payee | {"account": f"{self.account}{ending}@example.com"}
        await self.ask("PUT", f"{path}/payee", json=payee)

    async def _withdraws(self, path: str) -> None:
        async with self.diary.later():
            try:
                await self.ask("POST", f"{path}/withdraw")
            except Refused as no:
                self.told[f"withdrawal refused: {no.code}"] += 1

    async def _claim_ends(self, path: str) -> Answer:
        claim, disputed, looks = self.story.claim, False, pauses(2)
        assert claim is not None
        while True:
            async with self.diary.later(next(looks)):
                case = await self.ask("GET", path)
                if case["state"] in ("closed", "withdrawn"):
                    return case
                try:
                    if case["state"] == "supplement_requested":
                        await self._hands_in_more(path, case)
                    elif case["state"] == "payee_needed":
                        await self._names_account(path, "")
                    elif case["state"] == "decided" and claim.answer != "silent":
                        answer = "dispute" if claim.answer == "disputes" and not disputed else "accept"
                        disputed = True
                        await self.ask("POST", f"{path}/{answer}")
                except Refused as no:
                    # an adjuster, or the process itself, was faster
                    self.told[f"too late for a claim: {no.code}"] += 1

    async def _hands_in_more(self, path: str, case: Answer) -> None:
        for kind in case["papers_requests"][-1]["kinds"]:
            paper = electronic_bill(self.people.insured["name"], self.town.today(), 900_000 + self.story.number)
            await self.ask("POST", f"{path}/documents", files={"file": ("p.pdf", paper)}, data={"kind": kind})
        await self.ask("POST", f"{path}/submit")

    # --- surrender ----------------------------------------------------------------------------------------------------

    async def _surrenders(self, policy_no: str, covers: date) -> None:
        after = self.story.surrenders_after or 0
        day = max(covers, self.town.first_day) + timedelta(days=after - 1)
        async with self.diary.at(self._moment(day, AFTERNOON)):
            try:
                body = {"reason": "bought_twice", "comment": ""}
                made = await self.ask("POST", f"/v1/policies/{policy_no}/surrenders", "surrender", json=body)
                path = f"/v1/surrenders/{made['surrender_id']}"
                await self.doors.glance(self.account, path, ("quoted",))
                await self.ask("POST", f"{path}/confirm")
            except Refused as no:
                self.told[f"surrender refused: {no.code}"] += 1
                return
        looks = pauses(1)
        while True:
            async with self.diary.later(next(looks)):
                case = await self.ask("GET", path)
                if case["state"] == "payee_needed":
                    account = {"kind": "alipay", "account": f"{self.account}@example.com", "name": PARENT}
                    await self.ask("PUT", f"{path}/payee", json=account)
                elif case["state"] in ("refunded", "rejected", "cancelled"):
                    self.told[f"surrender {case['state']}"] += 1
                    return

    def _moment(self, day: date, part: int) -> int:
        return max(MOMENTS * (day - self.town.first_day).days + part, self.diary.moment + 1)
