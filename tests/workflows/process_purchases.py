"""What a test asks of a purchase: where it went, what was said of it, and its money."""

from tests.workflows.process_orders import PREMIUM

UNDERWRITTEN = ["underwriting", "awaiting_payment"]
PAID = [("premium", PREMIUM)]
PAID_BACK = [("premium", PREMIUM), ("refund", PREMIUM)]


def money(world, purchase_id):
    """(kind, fen) of every movement that this purchase knows of."""
    trades = {trade_no_of(world, purchase_id, attempt) for attempt in range(1, 10)}
    return [(m.kind, m.amount_fen) for key, m in world.books.movements.items() if key.partition(":")[2] in trades]


def trade_no_of(world, purchase_id, attempt):
    notices = [n for n in world.payments.notices if n["out_trade_no"] == f"{purchase_id}-{attempt}"]
    return notices[0]["trade_no"] if notices else None


def record(world, purchase_id):
    return world.books.records[purchase_id]


def told_to(world, about, kind):
    return [n.subject for key, n in world.books.notices.items() if key.startswith(f"{about}:") and n.kind == kind]


def words_of(world, purchase_id):
    """All that its family is told: the timeline, and the notices."""
    notices = (n.text for key, n in world.books.notices.items() if key.startswith(f"{purchase_id}:"))
    return [*(event.text for event in world.books.events[purchase_id].values()), *notices]
