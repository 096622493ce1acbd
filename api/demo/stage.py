"""What the walks have in common: the doors of every person, the books of the simulators, the product, the families."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from api.demo.door import Answer, Door
from api.demo.own_stack import OwnStack
from api.demo.people import Family, family, taken_over
from api.demo.record import Record, Step

INSURER = "xiangjiang"
PRODUCT = "changsha-2024-plan-2"
ADJUSTER = "adjuster-chen"


@dataclass
class Show:
    """What a person at the terminal is told while it goes on; silent as it is."""

    line: Callable[[str], None] = lambda _text: None
    walk: Callable[[Record], None] = lambda _record: None
    event: Callable[[Answer], None] = lambda _event: None
    step: Callable[[Step], None] = lambda _step: None


@dataclass
class Stage:
    """`today` is the API's day in China. `buyer`, `injured`, `doubted`, `leaving` are the families of the four walks."""

    stack: OwnStack
    today: date
    show: Show = field(default_factory=Show)

    def __post_init__(self) -> None:
        self.anyone = Door(self.stack.url)
        self.adjuster = Door(self.stack.url, self.stack.token("adjuster", ADJUSTER, insurer=INSURER))
        self.operator = Door(self.stack.url, self.stack.token("operator", "operator"))
        self.gateway = Ledger(self.stack.simulator("alipay"))
        self.insurer = Ledger(self.stack.simulator("insurer"))
        self.product = self.anyone.get(f"/v1/products/{PRODUCT}")
        # other children each time: on a folder of an earlier run the same ones would have two policies
        first = 4 * secrets.randbelow(20_000)
        self.buyer = family(first, "黄建国", "黄小雨", self.today)
        self.injured = family(first + 1, "李志明", "李知远", self.today)
        self.doubted = family(first + 2, "王海涛", "王思雨", self.today)
        self.leaving = family(first + 3, "陈立新", "陈可欣", self.today)
        self.effective = self.today - timedelta(days=80)
        self.accident_on = self.today - timedelta(days=5)
        self.treated_on = self.today - timedelta(days=4)
        self._run = secrets.token_hex(4).upper()
        self._parents: dict[str, Door] = {}

    def parent(self, of: Family) -> Door:
        if of.account not in self._parents:
            self._parents[of.account] = Door(self.stack.url, self.stack.token("parent", of.account))
        return self._parents[of.account]

    def policy_no(self, of: Family) -> str:
        """The number of the policy that this run takes over for a family."""
        return f"XJ{self._run}{of.account.rpartition('-')[2]}"

    def rows(self) -> list[dict[str, Any]]:
        """The policies to take over, sold elsewhere and in force today."""
        owners = (self.injured, self.doubted, self.leaving)
        return [taken_over(self.product, owner, self.policy_no(owner), self.effective) for owner in owners]

    def record(self, walk: str, title: str) -> Record:
        record = Record(walk, title, self.show.step)
        self.show.walk(record)
        return record


class Ledger:
    """The books that a simulator keeps for itself; ours are not asked."""

    def __init__(self, url: str) -> None:
        self._door = Door(url)
        self._seen = len(self.entries())

    def entries(self, key: str = "") -> list[Answer]:
        entries: list[Answer] = self._door.get("/_simulator/ledger", **({"key": key} if key else {}))["entries"]
        return entries

    def new(self) -> list[Answer]:
        """What was entered since this run began."""
        return self.entries()[self._seen :]

    def sums(self, key: str) -> list[list[Any]]:
        """Kind and sum of each entry about `key`."""
        return [[entry["kind"], entry["amount_fen"]] for entry in self.entries(key)]
