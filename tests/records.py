"""Records of invented families with full defaults, as the processes publish them."""

import hashlib
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from activities.claims import ClaimRecord
from activities.complaints import ComplaintRecord
from activities.corrections import CorrectionRecord
from activities.journal import Entries, MoneyMoved, NoticeDraft, TimelineEvent
from activities.purchases import IssuedCover, PurchaseRecord
from activities.review_rows import ReviewRecord
from activities.serious_cases import SeriousRecord
from activities.surrenders import SurrenderRecord
from insurance.products.catalogue import load_catalogue
from insurance.rules.application import Agreement, Applicant, Application, Consent, Insured
from insurance.rules.case import AccidentReport, CaseReceipt, EvidenceFile, Finding
from insurance.rules.case_file import CaseFile
from insurance.rules.complaints import ComplaintFile
from insurance.rules.correction import Change
from insurance.rules.receipts.reading import Check, Item, ReceiptFields
from insurance.rules.serious import Reached, School, SeriousFile, next_late
from insurance.rules.settlement import Step
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
EFFECTIVE = date(2025, 9, 1)
PLAN_2 = load_catalogue().product("changsha-2024-plan-2")
_terms = TypeAdapter(ProductTerms)


def new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex}"


def application() -> Application:
    return Application(
        applicant=Applicant(
            "黄建国", "13712345678", "resident_id", "360102198105123450", "male", date(1981, 5, 12), "huang@example.com"
        ),
        relationship="parent",
        insured=Insured(
            "黄小明", "resident_id", "430102201602290017", "male", date(2016, 2, 29),
            "2143000001", "primary", "430102", "三年级二班",
        ),
        agreements=(Agreement("declaration", "1", "0" * 64),),
        consents=(Consent("child_data", True), Consent("share_with_insurer", True)),
        existing_death_cover_fen=0,
    )  # fmt: skip


def purchase(**changes: Any) -> PurchaseRecord:
    return replace(
        PurchaseRecord(
            purchase_id=new("pu"),
            subject="parent-1",
            insurer_code="xiangjiang",
            product_id=PLAN_2.product_id,
            state="awaiting_payment",
            seq=1,
            application=application(),
            premium_fen=120_00,
            payment_url="https://payments.invalid/page",
            out_trade_no="pu-1",
            expires_at=NOW + timedelta(minutes=30),
            paid_at=None,
            refunded_fen=0,
            effective_date=None,
            policy_no=None,
            reason_code=None,
            reason=None,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


def issued(**changes: Any) -> IssuedCover:
    cover = IssuedCover(
        new("P"), PLAN_2, "0" * 64, NOW, "pu-1", TODAY + timedelta(days=1), date(2027, 3, 10), False, None
    )
    return replace(cover, **changes)


def policy(**changes: Any) -> Policy:
    child = TypeAdapter(Insured).dump_python(application().insured, mode="json")
    buyer = TypeAdapter(Applicant).dump_python(application().applicant, mode="json")
    defaults = {
        "policy_no": new("P"),
        "insurer_code": "xiangjiang",
        "product_id": PLAN_2.product_id,
        "terms": _terms.dump_python(PLAN_2, mode="json"),
        "source": "purchase",
        "applicant_subject": "parent-1",
        "relationship": "parent",
        "applicant": buyer,
        "insured": child,
        "insured_digest": hashlib.sha256(new("child").encode()).hexdigest(),
        "premium_fen": 120_00,
        "paid_at": NOW - timedelta(days=200),
        "out_trade_no": new("pu"),
        "effective_date": EFFECTIVE,
        "ends_on": date(2026, 8, 31),
        "created_at": NOW - timedelta(days=200),
    }
    return Policy(**defaults | changes)


def correction(**changes: Any) -> CorrectionRecord:
    """Of the insured's name; the policy isn't held for it."""
    insured = replace(application().insured, name="黄晓鸣")
    return replace(
        CorrectionRecord(
            correction_id=new("pc"),
            policy_no="P-1",
            subject="parent-1",
            insurer_code="xiangjiang",
            state="confirming",
            seq=1,
            changes=(Change("insured.name", "黄小明", "黄晓鸣"),),
            application=replace(application(), insured=insured),
            insured_digest="1" * 64,
            reason="填写有误",
            due_on=date(2026, 3, 17),
            endorsement_no=None,
            declined_code=None,
            declined_reason=None,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


def report(**changes: Any) -> AccidentReport:
    return replace(
        AccidentReport(
            "outpatient", "430102", NOW - timedelta(days=6), "学校操场", "accident", False, "跑步时摔倒", "13712345678"
        ),
        **changes,
    )


def case(**changes: Any) -> CaseFile:
    return replace(
        CaseFile(
            claim_id=new("cl"),
            policy_no="P-1",
            subject="parent-1",
            insurer_code="xiangjiang",
            state="reported",
            report=report(),
            report_no=None,
            round=1,
            reported_at=NOW,
            submitted_at=None,
            received_at=None,
            papers_requests=(),
            notice_delivered_at=None,
            supplement_received_at=None,
            assessment=None,
            decision=None,
            undone=(),
            agreed_at=None,
            payees=(),
            consents=(),
            payouts=(),
            advance_paid=False,
            disputed=False,
            review_id=None,
            review_count=0,
            event_count=0,
            updated_at=NOW,
        ),
        **changes,
    )


def claim(seq: int = 1, *, open: bool = True, case: CaseFile, **parts: Any) -> ClaimRecord:
    return ClaimRecord(seq=seq, case=case, open=open, **parts)


def document(**changes: Any) -> EvidenceFile:
    return replace(
        EvidenceFile(
            new("do"), "medical_receipt", "claims/x/y", "v1", new("0").ljust(64, "0")[:64], 9, "image/png", NOW
        ),
        **changes,
    )


def receipt(total: str = "1280.50", **changes: Any) -> CaseReceipt:
    fields = ReceiptFields(
        bill_code="43060125", bill_no=uuid.uuid4().hex[:10], payer="黄小明", date="2026-03-06", total=total,
        pool_pay="0.00", other_pay="0.00", account_pay="0.00", cash_pay=total, self_pay=total, self_expense="0.00",
        items=(Item("治疗费", total),),
    )  # fmt: skip
    document_id = new("do")
    return replace(
        CaseReceipt(
            receipt_id=f"{document_id}-0",
            document_id=document_id,
            ordinal=0,
            fields=fields,
            read_fields=fields,
            confidence=dict.fromkeys(ReceiptFields.__dataclass_fields__, 1.0),
            checks=(Check("items_add_up", True, "项目金额相加等于合计"),),
            boxes={},
            category="outpatient",
            social_insurance_settled=False,
            treated_on="2026-03-06",
        ),
        **changes,
    )


def review(**changes: Any) -> ReviewRecord:
    return replace(
        ReviewRecord(
            review_id=new("re"),
            claim_id="cl-1",
            insurer_code="xiangjiang",
            state="open",
            seq=1,
            adjuster=None,
            excluded=(),
            findings=(Finding("receipts_read", "票据有看不清的内容"),),
            amount_fen=944_40,
            decision=None,
            due_at=NOW + timedelta(days=10),
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


def serious_case(of: CaseFile, seq: int = 1, entries: Entries = Entries(), **changes: Any) -> SeriousRecord:
    school = School("2143000001", "黄**", "三年级二班", True)
    case = replace(
        SeriousFile(
            f"{of.claim_id}-s", of.claim_id, of.policy_no, of.insurer_code, ("disability",), NOW, "notified",
            "in_review", school, reached=(Reached("notified", NOW, "system"),), event_count=1,
        ),
        **changes,
    )  # fmt: skip
    late = next_late(case)
    return SeriousRecord(seq, case, late.at if late else None, NOW, entries)


def complaint(seq: int = 1, entries: Entries = Entries(), **changes: Any) -> ComplaintRecord:
    file = ComplaintFile(
        complaint_id=new("cm"),
        policy_no="P-1",
        claim_id="cl-1",
        insurer_code="xiangjiang",
        subject="parent-1",
        region="430102",
        kind="decision",
        text="复核后的结果仍然没有说明原因",
        complained_about=("adj-9",),
        received_at=NOW,
        state="received",
        updated_at=NOW,
        event_count=1,
    )
    return ComplaintRecord(seq, replace(file, **changes), entries)


def surrender(**changes: Any) -> SurrenderRecord:
    return replace(
        SurrenderRecord(
            surrender_id=new("su"),
            policy_no="P-1",
            subject="parent-1",
            insurer_code="xiangjiang",
            state="quoted",
            seq=1,
            reason="not_wanted",
            comment="",
            steps=(Step("已交保费", 120_00), Step("扣除费用35%", -42_00)),
            requested_on=TODAY,
            refund_fen=78_00,
            quote_expires_at=NOW + timedelta(days=3650),
            cover_ends_on=TODAY,
            refund_due_on=None,
            confirmation_no=None,
            rejected_code=None,
            refunded_at=None,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


def entries(key: str = "back:t-1") -> Entries:
    return Entries(
        events=(
            TimelineEvent(1, "reported", "family", "已报案", NOW),
            TimelineEvent(2, "read", "system", "已识别", NOW),
        ),
        notices=(NoticeDraft("1:told:0", "parent-1", "told", "请查看进度", NOW),),
        movements=(MoneyMoved(key, "refund", 120_00, "t-1", NOW),),
    )
