"""The measurement: whole purchases and claims by HTTP, then bare workflows of as many steps, on one server in one run."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from temporalio.client import Client

from api.bench.against import bare_worker, kinds, run_bare
from api.bench.burst import September
from api.bench.cases import CHILD, TREATED_DAYS, Cases, Claims, Purchases
from api.bench.drive import Load, drive
from api.bench.gaps import decision_seconds, gaps, reading_seconds
from api.bench.histories import steps_of
from api.bench.pages import read_pages
from api.bench.result import Bench, Process
from api.bench.samples import Samples, claim_on_all, labelled_in, numbered
from api.bench.stranger import NotAsItShould, Strangers
from api.bench.usage import Usage
from api.demo.own_stack import OwnStack
from api.demo.receipts import sprained_wrist
from api.demo.stage import INSURER, PRODUCT
from api.stack import ports
from insurance.rules.cover import SHANGHAI
from insurance.settings import QueueSettings
from insurance.simulators.receipts.corpus import corpus

AnyCases = TypeVar("AnyCases", bound=Cases)

WARM_UP = 6
PHOTOS = 10
# drawn receipts that are claimed on when no folder of them is given
SAMPLES, SAMPLES_SEED = 20, 5
Part = Literal["loads", "decision", "samples", "burst"]
# the burst takes a quarter of an hour and is asked for by name
PARTS: tuple[Part, ...] = ("loads", "decision", "samples")
# waited for, before the burst
DRAINED = 2000
# cases that have the machine for themselves
ALONE = 5
# so that the whole stays within some four minutes on a slow machine as well
LOAD_LIMIT_SECONDS = 16.0
BARE_LIMIT_SECONDS = 5.0


class Measurement:
    """`number` of each, `at_once` of them at a time, on a stack that is up and has nothing else to do. `receipts`: a folder of
    labelled ones to claim on."""

    def __init__(
        self,
        stack: OwnStack,
        number: int,
        at_once: int,
        tell: Callable[[str], None],
        parts: Sequence[Part] = PARTS,
        receipts: Path | None = None,
    ) -> None:
        self._stack, self._number, self._at_once, self._tell = stack, number, at_once, tell
        self._parts, self._receipts = parts, receipts
        self._tokens: dict[str, str] = {}
        self._strangers = Strangers(stack.url, self._token_of)
        self._today: date = datetime.now(SHANGHAI).date()
        self._product: dict[str, Any] = {}
        # families are numbered so that no child comes twice: claims first, then photographs, then purchases
        self._photos_from = WARM_UP + ALONE + number
        self._purchases_from = self._photos_from + PHOTOS

    async def run(self) -> Bench:
        bench, began = Bench(), time.perf_counter()
        temporal = f"{ports.LOOPBACK}:{self._stack.plan.ports['temporal']}"
        client = await Client.connect(temporal)
        await self._prepare()
        if "loads" in self._parts:
            await self._loads(bench, client, temporal)
        if "decision" in self._parts:
            await self._photographs(bench)
        if "samples" in self._parts:
            bench.samples = await self._samples()
        if "burst" in self._parts:
            self._tell(f"高峰 burst：{self._number} 件投保")
            september = September(self._stack, self._strangers, self._product, self._today)
            rate = QueueSettings().rate_of(INSURER)
            bench.burst = await september.run(self._purchases_from + WARM_UP, self._number, DRAINED, rate)
        bench.seconds = time.perf_counter() - began
        return bench

    async def _loads(self, bench: Bench, client: Client, temporal: str) -> None:
        bench.processes["purchase"] = await self._purchases(client)
        bench.processes["claim"], bench.reading["electronic"] = await self._claims(client)
        with bare_worker(temporal) as worker:
            for name, process in bench.processes.items():
                await self._beside(client, name, process, worker)
        self._tell("识别一页的成本 pages")
        bench.pages = read_pages()

    async def _beside(self, client: Client, name: str, process: Process, worker: int) -> None:
        for kind, steps in kinds(process.steps).items():
            self._tell(f"空流程 bare：{name}，{kind}")
            process.bare[kind] = await run_bare(
                client,
                steps,
                self._number,
                self._at_once,
                BARE_LIMIT_SECONDS,
                lambda: Usage(self._stack.folder, worker),
            )

    def _token_of(self, account: str) -> str:
        return self._tokens.setdefault(account, self._stack.token("parent", account))

    async def _prepare(self) -> None:
        """Policies to claim on, and everything used once, so that no first time is measured."""
        self._tell("热身 warm-up")
        self._product = await self._strangers.ask("anyone", "GET", f"/v1/products/{PRODUCT}")
        claims, purchases = self._new(Claims), self._new(Purchases)
        await self._take_over(claims.rows(range(self._purchases_from)))
        await self._drive("warm-up", WARM_UP, lambda n: claims.claim(n, claims.bill))
        await self._drive("warm-up", WARM_UP, lambda n: purchases.buy(self._purchases_from + n))

    async def _take_over(self, rows: list[dict[str, Any]]) -> None:
        operator = {"authorization": f"Bearer {self._stack.token('operator', 'operator')}"}
        for start in range(0, len(rows), 500):
            body = {"policies": rows[start : start + 500]}
            answer = await self._strangers.client.put(f"/v1/insurers/{INSURER}/policies", json=body, headers=operator)
            if answer.status_code != 200 or answer.json()["rejected"]:
                raise NotAsItShould(f"takeover {answer.status_code} {answer.text[:200]}")

    async def _purchases(self, client: Client) -> Process:
        self._tell(f"投保 purchases：{self._number}，同时 {self._at_once}")
        cases, first = self._new(Purchases), self._purchases_from + WARM_UP
        return await self._measured(client, "purchase", cases, lambda n: cases.buy(first + n))

    async def _claims(self, client: Client) -> tuple[Process, list[float]]:
        self._tell(f"自动核赔 claims：{self._number}，同时 {self._at_once}")
        cases = self._new(Claims)
        process = await self._measured(client, "claim", cases, lambda n: cases.claim(WARM_UP + n, cases.bill))
        return process, reading_seconds(cases.done)

    async def _photographs(self, bench: Bench) -> None:
        """Claims with a photographed receipt, one after the other: from the file to the decision, and how much of it is
        reading."""
        self._tell("一张照片到自动核定 decision")
        cases, usage = self._new(Claims), Usage(self._stack.folder)
        taken = self._today - timedelta(days=TREATED_DAYS)
        for number in range(self._photos_from, self._purchases_from):
            await cases.claim(number, lambda _n: sprained_wrist(CHILD, taken).file)
        bench.decision_cpu = usage.so_far()
        bench.reading["photo"], bench.decision = reading_seconds(cases.done), decision_seconds(cases.done)

    async def _samples(self) -> Samples:
        """Claims on labelled receipts, one after the other."""
        files = labelled_in(self._receipts) if self._receipts else corpus(SAMPLES, SAMPLES_SEED, "known")
        samples = numbered(files, self._purchases_from + WARM_UP + ALONE + self._number)
        await self._take_over([sample.row(self._product) for sample in samples])
        return await claim_on_all(self._strangers, samples, PRODUCT, self._tell)

    async def _measured(
        self, client: Client, name: str, cases: Cases, act: Callable[[int], Awaitable[None]]
    ) -> Process:
        """First one at a time, then many."""
        alone = await drive(f"{name} alone", ALONE, 1, LOAD_LIMIT_SECONDS, act)
        load = await self._drive(name, self._number, lambda n: act(ALONE + n), Usage(self._stack.folder).so_far)
        if not cases.done:
            raise NotAsItShould(f"{name}: {'; '.join([*alone.failures, *load.failures][:3])}")
        steps, events = await steps_of(client, cases.done[-1][f"{name}_id"])
        return Process(load, alone, steps, events, cases.times.means(), gaps(cases.done))

    async def _drive(
        self,
        name: str,
        number: int,
        act: Callable[[int], Awaitable[None]],
        cpu: Callable[[], dict[str, float]] = dict,
    ) -> Load:
        return await drive(name, number, self._at_once, LOAD_LIMIT_SECONDS, act, cpu)

    def _new(self, kind: type[AnyCases]) -> AnyCases:
        return kind(self._strangers, self._product, self._today)
