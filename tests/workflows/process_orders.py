"""What processes start from, with full defaults: a purchase, a policy on file, a claim, its receipts, a surrender."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from insurance.products.catalogue import load_catalogue
from insurance.rules.application import Agreement, Applicant, Application, Consent, Insured
from insurance.rules.assessment import ClaimToAssess
from insurance.rules.case import AccidentReport, AssessmentGrounds, EvidenceFile, Payee
from insurance.rules.complaints import ComplaintFile
from insurance.rules.correction import Change
from insurance.rules.cover import shanghai_day
from insurance.rules.event import Cover
from insurance.rules.receipts.reading import FIELD_NAMES, Check, ReceiptFields, ReceiptReading
from insurance.rules.terms import ProductTerms
from tests.workflows.process_books import PolicyOnFile
from workflows.messages import Actor, ClaimOrder, ComplaintOrder, CorrectionOrder, PurchaseOrder, SurrenderRequest

PRODUCT = "changsha-2024-plan-2"
INSURER = "xiangjiang"
PREMIUM = 120_00
FATHER, CHILD = "黄建国", "黄小雨"
FATHERS_ID, CHILDS_ID = "360102198105123450", "360102201203151249"

_numbers = count(1)


def terms() -> ProductTerms:
    return load_catalogue().product(PRODUCT)


def new_id(kind: str) -> str:
    return f"{kind}-{next(_numbers):04d}"


def application(child: str = CHILD) -> Application:
    return Application(
        applicant=Applicant(FATHER, "13700005678", "resident_id", FATHERS_ID, "male", date(1981, 5, 12)),
        relationship="parent",
        insured=Insured(
            child,
            "resident_id",
            CHILDS_ID,
            "female",
            date(2012, 3, 15),
            "3136000001",
            "junior",
            "360102",
            "初二（3）班",
        ),
        agreements=(Agreement("declaration", "1", "0" * 64),),
        consents=(Consent("child_data", True), Consent("share_with_insurer", True)),
        existing_death_cover_fen=0,
    )


def purchase_order(now: datetime, child: str = CHILD, **changes: Any) -> PurchaseOrder:
    return PurchaseOrder(
        **{
            "purchase_id": new_id("pu"),
            "subject": "parent-1",
            "insurer_code": INSURER,
            "terms": terms(),
            "application": application(child),
            "insured_digest": "digest",
            "renewal": False,
            "death_limit_fen": None,
            "submitted_at": now,
            "payment_minutes": 30,
            "resume_days": 30,
            "issue_days": 3,
        }
        | changes
    )


def policy_on_file(now: datetime) -> PolicyOnFile:
    """A policy whose child had an accident six days ago, eighty days into its year."""
    starts = shanghai_day(now) - timedelta(days=80)
    cover = Cover(starts, renewal=True, insured_birth_date=date(2012, 3, 15), ends_on=starts + timedelta(days=364))
    return PolicyOnFile(
        ClaimToAssess(
            terms=terms(),
            cover=cover,
            cover_to=starts + timedelta(days=364),
            insured_name=CHILD,
            report=accident(now),
            receipts=(),
            documents=(),
            grounds=AssessmentGrounds({}, (), 0),
        )
    )


def accident(now: datetime, **changes: Any) -> AccidentReport:
    return AccidentReport(
        **{
            "patient_state": "outpatient",
            "accident_region": "430102",
            "accident_at": now - timedelta(days=6),
            "accident_place": "操场",
            "event": "accident",
            "on_campus": False,
            "description": "跑步摔倒",
            "claimant_mobile": "13700005678",
        }
        | changes
    )


def claim_order(now: datetime, policy_no: str, **changes: Any) -> ClaimOrder:
    return ClaimOrder(
        **{
            "claim_id": new_id("cl"),
            "policy_no": policy_no,
            "subject": "parent-1",
            "insurer_code": INSURER,
            "terms": terms(),
            "report": accident(now),
            "reported_at": now,
            "idle_days": 180,
            "dispute_days": 30,
            "review_days": 10,
            "ocr_queue": "",
            "shape": 1,
        }
        | changes
    )


def evidence(now: datetime, kind: str, data: bytes) -> EvidenceFile:
    number = new_id("do")
    return EvidenceFile(number, kind, number, "v1", f"sha-of-{number}", len(data), "image/png", now)


def reading(day: date, total: str, *, payer: str | None = CHILD, sure: bool = True, **fields: Any) -> ReceiptReading:
    """An outpatient receipt of which nothing was paid by social insurance: 80 % of all above 100 yuan is payable."""
    known = {
        "bill_code": f"430601{day:%y}",
        "bill_no": f"{next(_numbers):010d}",
        "check_code": "a1b2c3",
        "payer": payer,
        "date": day.isoformat(),
        "total": total,
        "pool_pay": "0.00",
        "other_pay": "0.00",
        "self_expense": "0.00",
    } | fields
    certain = 1.0 if sure else 0.5
    return ReceiptReading(
        ReceiptFields(**known),
        dict.fromkeys(FIELD_NAMES, certain),
        (Check("sum", True, "金额相符"),),
        kind="outpatient",
    )


def payee(account: str = "father@example.com", name: str = FATHER, share: str = "1") -> Payee:
    return Payee("alipay", account, name, "parent", share)


def adjuster(subject: str = "adjuster-1", *, lead: bool = False) -> Actor:
    return Actor("adjuster", subject, lead)


def complaint_order(now: datetime, **changes: Any) -> ComplaintOrder:
    """About a claim that adjuster-1 decided."""
    return ComplaintOrder(
        ComplaintFile(
            **{
                "complaint_id": new_id("cm"),
                "policy_no": "XJ1",
                "claim_id": "cl-9",
                "insurer_code": INSURER,
                "subject": "parent-1",
                "region": "360102",
                "kind": "decision",
                "text": "复核后的结果仍然没有说明原因",
                "complained_about": ("adjuster-1",),
                "received_at": now,
                "state": "received",
                "updated_at": now,
            }
            | changes
        )
    )


def correction_order(now: datetime, policy_no: str, name: str, **changes: Any) -> CorrectionOrder:
    today = shanghai_day(now)
    return CorrectionOrder(
        **{
            "correction_id": new_id("pc"),
            "policy_no": policy_no,
            "subject": "parent-1",
            "insurer_code": INSURER,
            "changes": (Change("insured.name", CHILD, name),),
            "application": application(name),
            "insured_digest": "digest",
            "reason": "填写有误",
            "open_reports": (),
            "due_on": today + timedelta(days=7),
            "requested_at": now,
        }
        | changes
    )


def surrender_request(now: datetime, policy_no: str, **changes: Any) -> SurrenderRequest:
    return SurrenderRequest(
        **{
            "surrender_id": new_id("su"),
            "policy_no": policy_no,
            "subject": "parent-1",
            "insurer_code": INSURER,
            "reason": "not_wanted",
            "comment": "",
            "refund_fen": 60_00,
            "steps": (),
            "requested_on": shanghai_day(now),
            "cover_ends_on": shanghai_day(now),
            "out_trade_no": None,
            "quote_expires_at": now + timedelta(minutes=30),
            "requested_at": now,
        }
        | changes
    )
