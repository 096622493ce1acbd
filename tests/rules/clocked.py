"""A claim of March 2026 whose clocks run, for tests of them."""

from datetime import UTC, date, datetime

from insurance.calendar import load_calendar
from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import AssessmentGrounds, Decision
from insurance.rules.deadlines import Pause
from insurance.rules.event import Cover
from tests import records

CALENDAR = load_calendar()
# Monday, 2 March 2026; no holiday before 清明 on 6 April
RECEIVED = datetime(2026, 3, 2, 2, tzinfo=UTC)
COVER = Cover(records.EFFECTIVE, renewal=True, insured_birth_date=date(2016, 2, 29), ends_on=date(2026, 8, 31))


def assessment(total="1280.50"):
    return assess(
        ClaimToAssess(
            terms=records.PLAN_2,
            cover=COVER,
            cover_to=date(2026, 8, 31),
            insured_name="黄小明",
            report=records.report(),
            receipts=(records.receipt(total),),
            documents=(),
            grounds=AssessmentGrounds({}, (), 0),
        )
    )


def case(**changes):
    known = {
        "state": "in_review",
        "received_at": RECEIVED,
        "submitted_at": RECEIVED,
        "assessment": assessment(),
        "agreed_times": records.PLAN_2.agreed_times,
    }
    return records.case(**known | changes)


def decision(outcome, at, payable_fen=940_40):
    return Decision("adjuster", outcome, payable_fen, (), (), "", (), ("adj-1",), at)


def on(day, month=3, hour=2):
    return datetime(2026, month, day, hour, tzinfo=UTC)


NO_ACCOUNT = Pause(date(2026, 3, 3), date(2026, 3, 30), "payee")


def waits(*pauses):
    return {"payee_waits": pauses, "payee_waited_days": sum(pause.days(pause.from_on) for pause in pauses)}


def named(found):
    return {clock.clock: clock for clock in found}
