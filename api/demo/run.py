"""The whole demo: a stack, four walks one after the other, the closing table, and whether all held."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from api.demo.adjusted import walk_adjusted
from api.demo.automatic import take_over, walk_automatic
from api.demo.closing import Person, Walked, people
from api.demo.door import Answer
from api.demo.own_stack import OwnStack
from api.demo.purchase import walk_purchase
from api.demo.record import Record, WalkFailed
from api.demo.stage import Show, Stage
from api.demo.surrender import walk_surrender
from insurance.rules.cover import SHANGHAI


@dataclass
class Demo:
    """What a finished demo knows of itself."""

    records: list[Record] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    stack_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return bool(self.records) and all(record.ok for record in self.records)

    @property
    def failed(self) -> list[tuple[str, str]]:
        """Walk and step of everything that did not hold."""
        return [(record.title, step.step) for record in self.records for step in record.steps if not step.ok]

    def document(self, stack: OwnStack, kept: bool) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "stack_seconds": round(self.stack_seconds, 3),
            "walks": [record.document() for record in self.records],
            "people": [asdict(person) for person in self.people],
            "data_dir": str(stack.folder) if kept else None,
            "troubles": stack.troubles(),
        }


def run_demo(stack: OwnStack, show: Show) -> Demo:
    """Starts `stack` and walks. Raises StackError when it does not start."""
    demo, began = Demo(), time.perf_counter()
    stack.start(show.line)
    demo.stack_seconds = time.perf_counter() - began
    stage = Stage(stack, datetime.now(SHANGHAI).date(), show)
    demo.people = people(stage, _walks(stage, demo.records))
    demo.seconds = time.perf_counter() - began
    return demo


def _walks(stage: Stage, records: list[Record]) -> Walked:
    def walk(name: str, title: str, act: Callable[[Record], Answer | None]) -> Answer | None:
        records.append(stage.record(name, title))
        return attempt(records[-1], act)

    bought = walk("purchase", "① 投保：核保、付款、出单", lambda record: walk_purchase(stage, record))
    walk("takeover", "② 接管在保险公司网站售出的保单", lambda record: take_over(stage, record))
    automatic = walk("automatic", "③ 理赔：一张照片，自动核赔，到账", lambda record: walk_automatic(stage, record))
    adjusted = walk("adjusted", "④ 理赔：票据被改过，理赔员更正并部分赔付", lambda record: walk_adjusted(stage, record))
    surrendered = walk("surrender", "⑤ 退保：生效之前，全额退回", lambda record: _surrender(stage, record, bought))
    walked = Walked(bought, automatic, adjusted, surrendered)
    walk("books", "⑥ 对账：每一笔钱只动一次", lambda record: _reconcile(stage, record, walked))
    return walked


def _reconcile(stage: Stage, record: Record, walked: Walked) -> None:
    """All that moved at the gateway in this run, beside what the API told the families."""
    told = [
        *([["payment", walked.bought["policy"]["premium_fen"]]] if walked.bought else []),
        *(
            ["transfer", claim["payout"]["amount_fen"]]
            for claim in (walked.automatic, walked.adjusted)
            if claim and claim["payout"]
        ),
        *([["refund", walked.surrendered["refund_fen"]]] if walked.surrendered else []),
    ]
    record.same("网关动过的钱与家长看到的一致", told, [[one["kind"], one["amount_fen"]] for one in stage.gateway.new()])


def _surrender(stage: Stage, record: Record, bought: Answer | None) -> Answer:
    if bought is None:
        raise WalkFailed("没有可退的保单：投保没有走完")
    return walk_surrender(stage, record, bought)


def attempt(record: Record, act: Callable[[Record], Answer | None]) -> Answer | None:
    """A walk that stops half way is a failed step; the others go on."""
    try:
        return act(record)
    except WalkFailed as failure:
        record.failed("没有走完", str(failure))
    except (LookupError, TypeError, ValueError) as error:
        record.failed("没有走完", f"API 的回答里少了什么：{type(error).__name__} {error}")
    return None
