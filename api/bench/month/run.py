"""`xueping bench month`: thousands of families in one month, and everybody's books beside each other at its end."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from api.bench.month import books
from api.bench.month.books import Compared
from api.bench.month.clock import Diary
from api.bench.month.desk import Desk
from api.bench.month.doors import Doors
from api.bench.month.families import Town
from api.bench.month.stage import MonthStage, month_stage
from api.bench.month.stories import DESK, HOURS, MOMENTS, Story, draw_stories
from api.bench.month.weather import Weather
from api.demo.stage import INSURER, PRODUCT
from insurance.rules.cover import SHANGHAI, shanghai_day
from workflows.messages import PolicyDaysOrder, ReconciliationOrder

DAYS = 31
# afterwards nobody begins anything new: answers that the law gives time for come, and what waits for a day ends
TAIL_DAYS = 45
# then a year passes in steps: policies expire, and what waited for a family that never came lapses
YEAR_DAYS, STEP_DAYS = 390, 30
AT_ONCE = 24
# of a hundred families, so many do not end with a policy; and so many more were insured elsewhere
NOT_INSURED, ELSEWHERE = 8, 10
TAKEOVER_ROWS = 100
SIMULATORS = ("alipay", "insurer")
NOTICE_LOOK_SECONDS, NOTICE_STEP = 0.1, timedelta(seconds=10)
BUSY_LOOKS = 100


@dataclass
class MonthResult:
    """`told`: what families and adjusters met, counted; `states`: where the cases are at the end; `wrong`: everything that should
    not be."""

    families: int
    seed: int
    faults: int = 0
    seconds: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    compared: dict[str, Compared] = field(default_factory=dict)
    reconciled: dict[str, int] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.wrong and not any(one.differences for one in self.compared.values())

    def document(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "families": self.families,
            "seed": self.seed,
            "faults": self.faults,
            "seconds": round(self.seconds, 1),
            "told": dict(sorted(self.told.items())),
            "states": dict(sorted(self.states.items())),
            "compared": {name: one.document() for name, one in self.compared.items()},
            "days_reconciled": self.reconciled,
            "notices": self.notices,
            "wrong": self.wrong[:50],
        }


async def simulate(
    folder: Path, policies: int, days: int, seed: int, tell: Callable[[str], None], tail_days: int = TAIL_DAYS
) -> MonthResult:
    """About `policies` bought within `days`, then `tail_days` more. The same seed draws the same stories; which fault meets whom
    also hangs on the machine."""
    began = time.perf_counter()
    families = policies * 100 // (100 - NOT_INSURED)
    result = MonthResult(families, seed)
    stories = draw_stories(families, policies * ELSEWHERE // 100, days, seed)
    tell("正在启动")
    async with month_stage(folder) as stage:
        month = await Month.begin(stage, stories, seed)
        await month.live(days, tail_days, tell)
        tell("对账")
        await month.close(result)
    result.seconds = time.perf_counter() - began
    return result


class Month:
    def __init__(self, stage: MonthStage, doors: Doors, town: Town, stories: list[Story], seed: int) -> None:
        self._stage, self._doors, self._town, self._stories = stage, doors, town, stories
        self._diary = town.diary
        self._weather = Weather(doors, seed)
        self._desk = Desk(doors, town.diary, seed, town.told, town.wrong)
        self._last_day = town.first_day

    @classmethod
    async def begin(cls, stage: MonthStage, stories: list[Story], seed: int) -> "Month":
        """Just after midnight of a new day, with the policies that were sold elsewhere."""
        first_day = shanghai_day(stage.clock.now()) + timedelta(days=1)
        await stage.clock.jump(_instant(first_day, 0))
        doors = Doors(stage)
        product = await doors.ask("parent-anyone", "GET", f"/v1/products/{PRODUCT}")
        town = Town(doors, Diary(AT_ONCE), product, first_day)
        rows = [town.sold_elsewhere(story) for story in stories if story.begins is None]
        for first in range(0, len(rows), TAKEOVER_ROWS):
            body = {"policies": rows[first : first + TAKEOVER_ROWS]}
            answer = await doors.ask("operator", "PUT", f"/v1/insurers/{INSURER}/policies", json=body)
            town.wrong += [f"takeover: {row}" for row in answer["rejected"]]
        return cls(stage, doors, town, stories, seed)

    async def live(self, days: int, tail_days: int, tell: Callable[[str], None]) -> None:
        people = [asyncio.create_task(self._town.live(story)) for story in self._stories]
        people.append(asyncio.create_task(self._desk.work()))
        await asyncio.sleep(0)
        for day in range(days):
            for part in range(MOMENTS):
                tell(f"第 {day + 1} 天 {HOURS[part]} 时")
                await self._weather.change()
                await self._moment(day, part)
            await self._daily(self._day(day))
        await self._calm()
        for day in range(days, days + tail_days):
            tell(f"月底以后第 {day - days + 1} 天")
            await self._moment(day, DESK)
            await self._daily(self._day(day))
        await self._diary.end()
        await asyncio.gather(*people)
        tell("一年以后")
        for later in range(STEP_DAYS, YEAR_DAYS + 1, STEP_DAYS):
            self._last_day = self._day(days + tail_days + later)
            await self._stage.clock.jump(_instant(self._last_day, HOURS[0]))
            await self._daily(self._last_day)
            await self._told_everything()

    def _day(self, number: int) -> date:
        return self._town.first_day + timedelta(days=number)

    async def _moment(self, day: int, part: int) -> None:
        await self._stage.clock.jump(_instant(self._day(day), HOURS[part]))
        await self._diary.open(MOMENTS * day + part)
        await self._told_everything()

    async def _calm(self) -> None:
        for simulator in SIMULATORS:
            await self._weather.clear(simulator)

    async def _told_everything(self) -> None:
        """Before time jumps: every notice that a simulator owes by now has arrived, or waits for its next try. Those that leave late
        are waited for in the month's time."""
        for _ in range(BUSY_LOOKS):
            owed = sum(books.owed_notices(self._stage.folder / f"{name}.sqlite") for name in SIMULATORS)
            if not owed:
                return
            await asyncio.sleep(NOTICE_LOOK_SECONDS)
            await self._stage.clock.jump(self._stage.clock.now() + NOTICE_STEP)
        self._town.wrong.append(f"{owed} notices were never sent")

    async def _daily(self, today: date) -> None:
        """As the schedules do, which a test server doesn't have: who is told of its policy's day, and yesterday's money."""
        yesterday = today - timedelta(days=1)
        for workflow, order, day in (
            ("policy_days", PolicyDaysOrder(today), today),
            ("reconciliation", ReconciliationOrder(yesterday), yesterday),
        ):
            await self._stage.client.start_workflow(
                workflow, order, id=f"{workflow}-{day}", task_queue=self._stage.process_queue
            )

    async def close(self, result: MonthResult) -> None:
        database, folder = self._stage.database, self._stage.folder
        result.told, result.wrong = self._town.told, self._town.wrong
        result.faults = self._weather.faults
        result.compared["money"] = await books.money(database, folder / "alipay.sqlite")
        result.compared["cover"] = await books.cover(database, folder / "insurer.sqlite")
        result.states, misplaced = await books.misplaced(database, self._stage.client)
        policies = await books.policies(database, self._last_day)
        result.states += policies
        if policies["policy in_force"] or policies["policy pending_effect"]:
            result.wrong.append("policies in force a year after the last of them began")
        result.reconciled, unexplained = await books.reconciled(database)
        result.notices = await books.notices(database)
        result.wrong += [*misplaced, *(f"reconciliation: {line}" for line in unexplained)]
        await self._doors.close()


def _instant(day: date, hour: int) -> datetime:
    return datetime.combine(day, clock_time(hour), SHANGHAI)
