"""Purchases, and money for one that has ended. A scenario ends with the processes whose histories are kept."""

from datetime import date, timedelta

from temporalio.exceptions import ApplicationError

from insurance.adapters.ports import IssuedPolicy, IssueOrder, PayOrder
from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_cover
from tests.workflows.process_orders import terms
from tests.workflows.process_world import World
from workflows.messages import RefundAccount


async def bought(world: World) -> list[str]:
    """The usual purchase."""
    return [await world.issued()]


async def bought_late(world: World) -> list[str]:
    """Pending underwriting, and an order that expired and was resumed."""
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.pay(purchase_id, 2)
    await world.end_of(purchase_id)
    return [purchase_id]


async def cancelled(world: World) -> list[str]:
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    return [purchase_id]


async def returned(world: World) -> list[str]:
    """A wrong sum goes back, and the premium too after the gateway refused it thrice."""
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    expires_at = world.time + timedelta(hours=1)
    world.payments.page_pay_url(PayOrder(f"{purchase_id}-9", 1_00, "other", expires_at))
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    world.payments.faults.add("refund", "refuse", times=3)
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(hours=9)
    await world.end_of(purchase_id)
    return [purchase_id]


async def returned_elsewhere(world: World) -> list[str]:
    """A wrong sum and the premium, both from closed accounts, go to one that the family gives."""
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    expires_at = world.time + timedelta(hours=1)
    world.payments.page_pay_url(PayOrder(f"{purchase_id}-9", 1_00, "other", expires_at))
    await world.pay(purchase_id, attempt=9, account_closed=True)
    await world.until_told(purchase_id, "payee_needed")
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    await world.let_pass(days=9)
    await world.update(purchase_id, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(purchase_id)
    return [purchase_id]


async def asked_again(world: World) -> list[str]:
    """The gateway would neither close a paid order nor tell of it at first."""
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=28)
    world.payments.pay(f"{purchase_id}-1")
    world.payments.faults.add("close", "refuse")
    world.payments.faults.add("query", "refuse", times=2)
    await world.let_pass(minutes=3)
    await world.until_state(purchase_id, "expired")
    await world.let_pass(hours=1)
    await world.end_of(purchase_id)
    return [purchase_id]


async def unissued(world: World) -> list[str]:
    """The insurer never answers, and the premium goes back."""

    async def down(_: IssueOrder) -> IssuedPolicy:
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=1))

    world.insurer.issue = down  # type: ignore[assignment, method-assign]
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.let_pass(days=3)
    await world.end_of(purchase_id)
    return [purchase_id]


async def stray(world: World) -> list[str]:
    """Money for a purchase that was cancelled."""
    purchase_id = await world.awaiting_payment()
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    await world.pay(purchase_id)
    await world.end_of(world.started[-1])
    return [world.started[-1]]


async def stray_booked(world: World) -> list[str]:
    """As `stray`, in the books before it is back."""
    return await stray(world)


async def paid_again(world: World) -> list[str]:
    """The premium waits for an account; a second payment that comes meanwhile is back before it."""
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    expires_at = world.time + timedelta(hours=1)
    world.payments.page_pay_url(PayOrder(f"{purchase_id}-9", 1_00, "other", expires_at))
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    await world.update(purchase_id, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(purchase_id)
    return [purchase_id]


async def over_cap(world: World) -> list[str]:
    """Paid when somebody else had filled the cap on the child's death cover; the account was gone after a first refusal."""
    cover = death_cover(terms(), date(2012, 3, 15), shanghai_day(world.time), existing_fen=0)
    purchase_id = await world.awaiting_payment(death_cover=cover, counts_everybodys=True)
    world.books.covered_fen = 500_000_00
    world.payments.faults.add("refund", "refuse")
    await world.pay(purchase_id, account_closed=True)
    await world.until_told(purchase_id, "refund_refused")
    await world.let_pass(hours=2)
    await world.until_state(purchase_id, "payee_needed")
    await world.update(purchase_id, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(purchase_id)
    return [purchase_id]
