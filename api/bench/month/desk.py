"""The insurer's adjusters: every evening they work down their queue, as chance has it."""

import asyncio
from collections import Counter
from random import Random

from api.bench.month.clock import Diary, Over
from api.bench.month.doors import Answer, Doors, Refused
from api.bench.month.stories import DESK, MOMENTS

ADJUSTERS = ("adjuster-a", "adjuster-b", "adjuster-c", "adjuster-lead")
PAGE = 50
# reviews that one of them has open
AT_ONCE = 8


class Desk:
    def __init__(self, doors: Doors, diary: Diary, seed: int, told: Counter[str], wrong: list[str]) -> None:
        self._doors, self._diary, self._told, self._wrong = doors, diary, told, wrong
        self._chance = Random(seed)  # noqa: S311

    async def work(self) -> None:
        day = 0
        try:
            while True:
                async with self._diary.at(MOMENTS * day + DESK):
                    await self._evening()
                day += 1
        except Over:
            return
        except Exception as error:
            self._wrong.append(f"desk on day {day}: {type(error).__name__} {error}")

    async def _evening(self) -> None:
        """Each of them looks at the queue once; what needs a second one comes to the next of them."""
        for adjuster in self._chance.sample(ADJUSTERS, len(ADJUSTERS)):
            queue = await self._queue(adjuster)
            fates = [self._chance.random() for _ in queue]
            places = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(
                *(self._works(places, adjuster, review, fate) for review, fate in zip(queue, fates, strict=True))
            )

    async def _works(self, places: asyncio.Semaphore, adjuster: str, review: Answer, fate: float) -> None:
        async with places:
            try:
                await self._review(adjuster, review, fate)
            except Refused as no:
                self._told[f"desk: {no.code}"] += 1

    async def _queue(self, adjuster: str) -> list[Answer]:
        answer = await self._doors.ask(adjuster, "GET", "/v1/reviews", params={"state": "open", "limit": PAGE})
        items: list[Answer] = answer["items"]
        return items

    async def _review(self, adjuster: str, listed: Answer, fate: float) -> None:
        path = f"/v1/reviews/{listed['review_id']}"
        await self._doors.ask(adjuster, "POST", f"{path}/take")
        review = await self._doors.ask(adjuster, "GET", path)
        if review["kind"] == "quality":
            await self._doors.ask(adjuster, "POST", f"{path}/judgement", json={"agrees": True})
            return
        claim = review["claim"]
        asked = bool(claim["papers_requests"])
        if fate < 0.12 and not asked:
            body = {"kinds": ["medical_record"], "comment": "请补充门诊病历"}
            await self._doors.ask(adjuster, "POST", f"{path}/request-documents", json=body)
            self._told["desk: papers requested"] += 1
            return
        decided = await self._doors.ask(adjuster, "POST", f"{path}/decision", json=_decision(claim, fate))
        self._told[f"desk: {decided['state']}"] += 1


def _decision(claim: Answer, fate: float) -> Answer:
    """In full; or less, with a coded reason and the clause that the lines come from; or nothing."""
    lines = [{name: line[name] for name in ("coverage_id", "payable_fen")} for line in claim["settlement"]["lines"]]
    if fate < 0.75 or not any(line["payable_fen"] for line in lines):
        return {"outcome": "full"} if any(line["payable_fen"] for line in lines) else _refused()
    if fate < 0.9:
        for line in lines:
            line["payable_fen"] = line["payable_fen"] * 3 // 4
        words = {"reason_codes": ["item_not_covered"], "comment": "部分项目与本次意外无关"}
        return {"outcome": "partial", "lines": lines} | words
    return _refused()


def _refused() -> Answer:
    return {"outcome": "refused", "reason_codes": ["event_not_covered"], "comment": "不属于保险责任"}
