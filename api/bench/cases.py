"""One whole purchase and one whole claim, as strangers make them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from api.bench.drive import Times
from api.bench.electronic_bill import electronic_bill
from api.bench.stranger import Answer, NotAsItShould, Strangers
from api.demo.people import Family, accident, application, family, taken_over

COVERED_DAYS, ACCIDENT_DAYS, TREATED_DAYS = 80, 5, 4
PARENT, CHILD = "李志明", "李知远"


@dataclass
class Cases:
    """What the cases of one load left behind: seconds of each request, and the last ones as their parents see them."""

    strangers: Strangers
    product: dict[str, Any]
    today: date
    times: Times = field(default_factory=Times)
    done: list[Answer] = field(default_factory=list)

    def _family(self, number: int) -> Family:
        return family(number, PARENT, CHILD, self.today)

    def _ended(self, case: Answer, state: str) -> None:
        if case["state"] != state:
            raise NotAsItShould(f"{case['state']} {case.get('reason') or case.get('findings')}")
        self.done.append(case)


class Purchases(Cases):
    async def buy(self, number: int) -> None:
        """From the application to the policy, for the child of family `number`."""
        buyer, ask = self._family(number), self.strangers.ask
        with self.times.of("POST purchases"):
            made = await ask(buyer.account, "POST", "/v1/purchases", json=application(self.product, buyer))
        path = f"/v1/purchases/{made['purchase_id']}"
        with self.times.of("… until the payment page"):
            offered = await self.strangers.until(buyer.account, path, ("awaiting_payment", "declined"))
        if offered["payment"] is None:
            raise NotAsItShould(offered["state"])
        with self.times.of("POST payment page (gateway)"):
            await self.strangers.pay(offered["payment"]["url"])
        with self.times.of("… until the policy"):
            self._ended(await self.strangers.until(buyer.account, path, ("issued", "refunded")), "issued")


class Claims(Cases):
    def rows(self, numbers: range) -> list[dict[str, Any]]:
        """The policies of these families, to be taken over before."""
        effective = self.today - timedelta(days=COVERED_DAYS)
        return [taken_over(self.product, self._family(n), _policy_no(n), effective) for n in numbers]

    def bill(self, number: int) -> bytes:
        return electronic_bill(CHILD, self.today - timedelta(days=TREATED_DAYS), number)

    async def claim(self, number: int, paper: Callable[[int], bytes]) -> None:
        """From the report to the closed claim, for family `number` with the receipt that `paper` gives."""
        owner, ask = self._family(number), self.strangers.ask
        happened = accident(self.today - timedelta(days=ACCIDENT_DAYS), owner.applicant["mobile"])
        with self.times.of("POST claims (report)"):
            made = await ask(owner.account, "POST", f"/v1/policies/{_policy_no(number)}/claims", json=happened)
        path = f"/v1/claims/{made['claim_id']}"
        files, kind = {"file": ("bill", paper(number))}, {"kind": "medical_receipt"}
        with self.times.of("POST documents"):
            await ask(owner.account, "POST", f"{path}/documents", files=files, data=kind)
        with self.times.of("PUT payee"):
            await ask(owner.account, "PUT", f"{path}/payee", json=owner.payee)
        with self.times.of("POST submit"):
            await ask(owner.account, "POST", f"{path}/submit")
        with self.times.of("… until closed"):
            self._ended(await self.strangers.until(owner.account, path, ("closed", "in_review", "withdrawn")), "closed")


def _policy_no(number: int) -> str:
    return f"BENCH{number:06d}"
