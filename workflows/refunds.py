"""Giving money back (退款): asked for with one key until the gateway has done it, or to another account of the family's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.failures import failure_code
from activities.payments import PaymentSteps, RefundStep
from insurance.adapters.ports import Transfer, TransferOrder
from insurance.rules.payees import another_account, is_of_account
from workflows.messages import PaymentReceived, RefundAccount
from workflows.options import OUTSIDE, pauses
from workflows.payouts import PENDING_PAUSES, REFUSED_PAUSES, TOLD_EVERY, answered

# of a refund: nothing more goes to where the money came from
ACCOUNT_GONE = ("account_closed", "trade_finished")


async def refund(step: RefundStep) -> None:
    """Returns when the money is back. Raises ActivityError when the gateway refuses for good (a closed account)."""
    for pause in pauses(*PENDING_PAUSES):
        answer = await workflow.execute_activity_method(PaymentSteps.refund, step, **OUTSIDE)
        if answer.status == "done":
            return
        await workflow.sleep(pause)


@dataclass(frozen=True)
class Returned:
    """As the gateway's bill has it. `key`: what it is booked under, behind `back:`."""

    key: str
    trade_no: str | None


# (payment, event, why): `payee_needed`, `payee_reminded`, `payee_taken`, `refund_refused`; why an account that was given took nothing
News = Callable[[PaymentReceived, str, str], Awaitable[None]]


@dataclass
class Accounts:
    """What the family gave so far. `waiting`: orders whose refund asks for one, and how many were there before it asked."""

    given: list[RefundAccount] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)

    def is_under_way(self, account: RefundAccount) -> bool:
        """It is being paid to, or was, and nobody asks for another one."""
        return not self.waiting and self.given[-1:] == [account]

    def all_taken(self) -> bool:
        return all(before >= len(self.given) for before in self.waiting.values())


class FullRefund:
    """All of one payment: by its original route, which is tried for as long as it takes (the money is not ours), and once that was
    refused also to an account that the family gives. `accounts` None: nobody is known who could give one."""

    def __init__(self, payment: PaymentReceived, news: News, accounts: Accounts | None = None) -> None:
        self._payment = payment
        self._news = news
        self._accounts = accounts
        self._tells = False
        self._told_at: datetime | None = None
        self._asked = False
        # why the last account that the family gave took nothing, in words
        self._why = ""

    async def done(self) -> Returned:
        payment = self._payment
        step = RefundStep(payment.out_trade_no, f"{payment.out_trade_no}-back", payment.amount_fen, "投保款退回")
        for attempt, pause in enumerate(pauses(*REFUSED_PAUSES)):
            try:
                await refund(step)
            except ActivityError as error:
                # one that began before this was told of goes on as it did, until its next refusal
                self._tells = self._tells or workflow.patched(f"refused-refund-{attempt}")
                returned = await self._otherwise(pause, failure_code(error) in ACCOUNT_GONE)
                if returned is not None:
                    return returned
            else:
                self._ask_no_more()
                return Returned(payment.trade_no, payment.trade_no)
        raise AssertionError("pauses do not end")

    async def _otherwise(self, pause: timedelta, account_gone: bool) -> Returned | None:
        """None after the pause, and when the other account can't take it either. Another account is asked for only where the gateway
        says that the first one is gone: any other refusal is for the operator to look at, and may hide money that has moved."""
        accounts = self._accounts if account_gone else None
        if self._tells and accounts is not None:
            accounts.waiting.setdefault(self._payment.out_trade_no, len(accounts.given))
        if self._tells:
            await self._tell(asks=account_gone)
        if self._tells and accounts is not None:
            return await self._to_account(accounts, pause)
        await workflow.sleep(pause)
        return None

    async def _tell(self, *, asks: bool) -> None:
        # refused before for another reason, of which the family could do nothing
        asks_anew = asks and self._accounts is not None and self._told_at is not None and not self._asked
        if asks_anew and workflow.patched("asks-anew"):
            self._told_at = None
        if self._told_at is None or workflow.now() - self._told_at >= TOLD_EVERY:
            event = "payee_needed" if self._told_at is None else "payee_reminded"
            self._asked = asks
            if not asks and self._accounts is not None:
                event = "refund_refused"
            self._told_at = workflow.now()
            await self._news(self._payment, event, self._why)

    async def _to_account(self, accounts: Accounts, pause: timedelta) -> Returned | None:
        number, amount_fen = self._payment.out_trade_no, self._payment.amount_fen
        tried = accounts.waiting[number]
        try:
            await workflow.wait_condition(lambda: len(accounts.given) > tried, timeout=pause)
        except TimeoutError:
            return None
        account = accounts.given[-1]
        await self._news(self._payment, "payee_taken", "")
        self._ask_no_more()
        key = f"{number}-out-{tried}"
        order = TransferOrder(key, amount_fen, account.kind, account.account, account.name, "学平险投保款退回")
        self._told_at = None
        done = await to_account(order, lambda: self._tell(asks=False))
        self._told_at = None
        if done.status == "paid":
            return Returned(done.out_biz_no, done.order_id)
        self._why = another_account(done.reason_code, "退款")
        return None

    def _ask_no_more(self) -> None:
        if self._accounts is not None:
            self._accounts.waiting.pop(self._payment.out_trade_no, None)


async def to_account(order: TransferOrder, tell: Callable[[], Awaitable[None]]) -> Transfer:
    """`paid`, or another account is to be asked for, and nothing has moved. Any other refusal than the account's is the payer's to mend,
    as with claims (`payouts.transfer`): it is told, and tried until the money has gone, while the clocks run on."""
    number, over = order.out_biz_no, 0
    for pause in pauses(*REFUSED_PAUSES):
        done = await answered(order)
        # one that was refused before this was told apart goes on as it did, until its next account
        is_last = done.status == "paid" or is_of_account(done.reason_code)
        if is_last or not workflow.patched(f"payers-fault-{number}"):
            return done
        if done.status == "failed":
            # this number is over
            over += 1
            order = replace(order, out_biz_no=f"{number}-{over}")
        await tell()
        await workflow.sleep(pause)
    raise AssertionError("pauses do not end")
