"""The advance (先予支付): sixty days after the papers were complete, what is certain is paid, and the difference later (保险法 25)."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow

from activities.advance import Advancing, CertainStep
from activities.claims import LimitsHeld
from insurance.rules.case import Assessment, DecidedLine
from insurance.rules.decision import most, taken, up_to
from insurance.rules.payees import CALLED_OFF, why_not_paid
from insurance.rules.shares import parse_shares, split
from workflows.claim_case import ClaimCase, proposed
from workflows.claim_money import await_look, await_payee, tell_lead
from workflows.options import RECORDS
from workflows.payouts import is_called_off, transfer


class Advance:
    """At most one is paid in a round of a claim, and what a disputed decision adds to it; where nothing was certain on its day, what is
    found later is paid at once. A decision makes it needless."""

    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """On its day."""
        self._case.advance_asked_at = workflow.now()
        if self._is_open():
            self._task = asyncio.create_task(self._pay(self._nothing_certain))

    def ask_again(self) -> None:
        """After something was found. The operator was told already that nothing was certain."""
        case = self._case
        has_come = case.since_clocks_began(case.advance_asked_at) is not None
        if has_come and self._is_open() and workflow.patched("advance-found-later"):
            self._task = asyncio.create_task(self._pay(None))

    def pay_undisputed(self) -> None:
        """What a disputed decision gives is paid as soon as one that is accepted would be."""
        due_fen = self._due_fen(self._case.undisputed or ()) - self._advanced_fen
        if self.is_settled() and due_fen > 0:
            self._task = asyncio.create_task(self._pay(None))

    @property
    def _advanced_fen(self) -> int:
        """In this round, to those who are named now."""
        return sum(self._case.advanced_fen(payee) for payee in range(len(self._case.payees)))

    def _is_open(self) -> bool:
        case = self._case
        is_paid = any(payout.advance and payout.round == case.round for payout in case.payouts)
        return self.is_settled() and not is_paid

    def is_settled(self) -> bool:
        return self._task is None or self._task.done()

    @property
    def is_on_its_way(self) -> bool:
        """Money of it may be moving at this moment."""
        return not self.is_settled() and any(payout.state == "paying" for payout in self._case.payouts)

    async def _pay(self, nothing_certain: Callable[[], Awaitable[None]] | None) -> None:
        case = self._case
        known, lines = case.assessment, await self._certain_part()
        if self._due_fen(lines) <= 0:
            if nothing_certain is not None:
                await nothing_certain()
            return
        if not case.may_be_paid:
            case.ask_for_account()
        index = 0
        while not self._is_needless():
            if case.payee_wanted or self._is_unproven():
                case.ask_for_account()
                await self._ask_for_payee()
                index = self._next_of_those_named(index)
            elif case.payees_unseen and workflow.patched("advance-looked-at"):
                await self._ask_for_look()
            elif self._is_outdated(known) and workflow.patched("certain-as-known"):
                # an account was waited for, and what was certain is not what it was
                known, lines = await self._known_anew()
                # a disputed decision may have given more to those who were paid already
                index = index if case.undisputed is None else 0
            elif index == len(case.payees):
                break
            elif await self._pay_share(index, lines, known):
                index += 1
            elif is_called_off(case):
                await case.note("advance_called_off", "system", CALLED_OFF, limits=self._held())
                known, lines = await self._known_anew()
                index = self._next_of_those_named(index)
            else:
                case.ask_for_account()
        if any(p.advance and p.round == case.round and p.state == "paid" for p in case.payouts):
            await self._tell()

    def _is_unproven(self) -> bool:
        """Somebody was named while an account was asked for, and nothing proves that they may be paid."""
        return not self._case.may_be_paid and workflow.patched("advance-to-the-proven")

    def _due_fen(self, lines: tuple[DecidedLine, ...]) -> int:
        return sum(line.payable_fen for line in lines) - self._case.paid_before_this_round

    def _is_outdated(self, known: Assessment | None) -> bool:
        return self._case.is_being_assessed or self._case.assessment is not known

    def _next_of_those_named(self, index: int) -> int:
        """Others may be named in the place of those of whom none was paid: then from the first one on."""
        return index if any(self._case.advanced_fen(payee) for payee in range(index)) else 0

    async def _known_anew(self) -> tuple[Assessment | None, tuple[DecidedLine, ...]]:
        await workflow.wait_condition(lambda: not self._case.is_being_assessed)
        return self._case.assessment, await self._certain_part()

    async def _pay_share(self, index: int, lines: tuple[DecidedLine, ...], known: Assessment | None) -> bool:
        """One heir's. What they have is used, whatever becomes of the others' shares."""
        case, due_fen = self._case, max(0, self._due_fen(lines))
        share_fen = split(due_fen, parse_shares([p.share for p in case.payees]))[index]
        amount_fen = min(share_fen - case.advanced_fen(index), due_fen - self._advanced_fen)
        if amount_fen > 0 and not await self._transfer(index, amount_fen, lines, known):
            return False
        used_fen = case.paid_before_this_round + self._advanced_fen
        case.paid_lines = taken(up_to(lines, used_fen), case.paid_lines)
        return True

    async def _transfer(
        self, index: int, amount_fen: int, lines: tuple[DecidedLine, ...], known: Assessment | None
    ) -> bool:
        case = self._case

        def is_outdated() -> bool:
            return self._is_needless() or self._is_outdated(known)

        before_fen = sum(line.payable_fen for line in case.paid_lines)
        case.lines_on_their_way = most(up_to(lines, before_fen + amount_fen), case.paid_lines)
        has_moved = await transfer(case, index, amount_fen, advance=True, is_outdated=is_outdated)
        case.lines_on_their_way = ()
        return has_moved

    async def _nothing_certain(self) -> None:
        case = self._case
        case.tell_staff("operator", "advance_nothing_certain", "先予支付的日期已到，目前没有可以确定的金额，请尽快核定")
        await case.note("advance_nothing_certain", "system", "目前没有可以确定的金额，已请保险公司尽快核定")

    async def _tell(self) -> None:
        case = self._case
        case.advance_paid = True
        because = "审核尚未完成" if case.undisputed is None else "您的异议正在复核"
        case.tell("advance_paid", f"{because}，先向您支付可以确定的部分，其余核定后补足")
        await case.note("advance_paid", "system", "已先支付可以确定的部分", limits=self._held())

    def _held(self) -> LimitsHeld:
        """Of the limits, with what it took of them."""
        case = self._case
        assert case.assessment is not None
        lines = case.decision.lines if case.decision else proposed(case.assessment)
        return case.used() if case.over else case.reserved(lines)

    def _is_needless(self) -> bool:
        return self._case.over or self._case.decision is not None

    async def _certain_part(self) -> tuple[DecidedLine, ...]:
        case = self._case
        if case.undisputed is not None:
            return case.undisputed
        if case.assessment is None:
            return ()
        step = CertainStep(
            case.order.policy_no,
            case.order.report,
            tuple(case.receipts.values()),
            case.usable_documents,
            case.assessment.grounds,
            case.established,
        )
        lines: tuple[DecidedLine, ...] = await workflow.execute_local_activity_method(
            Advancing.certain_part, step, **RECORDS
        )
        return lines

    async def _ask_for_look(self) -> None:
        """At whoever was named after the decision that is disputed now."""
        case = self._case
        named = case.payees
        tell_lead(case)
        await case.note("payee_to_confirm", "system", "已收到收款人信息，理赔员核对后先支付可以确定的部分")

        def is_over() -> bool:
            return not case.payees_unseen or case.payees != named or self._is_needless()

        if not workflow.patched("advance-look-reminds"):
            await workflow.wait_condition(is_over)
        while not is_over():
            await await_look(case, is_over)

    async def _ask_for_payee(self) -> None:
        case = self._case
        why = ""
        if case.payouts and case.payouts[-1].state == "failed" and not is_called_off(case):
            why = f"{why_not_paid(case.payouts[-1].reason_code)}；"
        case.tell("payee_needed", f"{why}请填写收款账户，收到后立即先支付可以确定的部分")
        await case.note("payee_needed", "system", "等待收款账户，以便先支付可以确定的部分")
        if not workflow.patched("advance-reminds"):
            await workflow.wait_condition(lambda: not case.payee_wanted or self._is_needless())
        while case.payee_wanted and not self._is_needless():
            await await_payee(case, self._is_needless)
