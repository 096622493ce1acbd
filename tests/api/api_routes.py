"""Every route with who may use it and a request that it takes. A route that is missing here fails a test."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from api_family import Family
from PIL import Image

from insurance.products.catalogue import load_catalogue
from insurance.rules.signed_link import link_signature
from insurance.rules.verification import verification_code
from tests import records
from tests.signing_identity import signing_settings

ANYONE = frozenset({"parent", "adjuster", "school", "supervisor", "operator"})
PARENT = frozenset({"parent"})
ADJUSTER = frozenset({"adjuster"})
SCHOOL = frozenset({"school"})
BOTH = PARENT | ADJUSTER
STAFF = frozenset({"operator", "adjuster"})
OPERATOR = frozenset({"operator"})
AUTHORITY = frozenset({"supervisor", "operator"})


def png(side: int = 120, colour: str = "white") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(data, "PNG")
    return data.getvalue()


PNG = png()
ROSTER = "姓名,证件号码,班级\n黄小明,430102201602290017,三年级二班".encode()


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    roles: frozenset[str]
    body: Callable[[Family], dict[str, Any]] | None = None
    # whose it is: None when there is nobody it could belong to
    owned: bool = False
    creates: bool = False
    # what comes with a file
    form: dict[str, str] | None = field(default=None, hash=False)
    file: bytes = PNG
    # what else the address needs to be served
    query: Callable[[Family], str] | None = None

    @property
    def upload(self) -> dict[str, Any]:
        return {"files": {"file": ("a", self.file)}, "data": self.form}

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, family: Family) -> str:
        upload_id = "up-medical_receipt-00000000000000000000000000000000"
        known = {
            **vars(family), "upload_id": upload_id, "code": "xiangjiang", "product_id": records.PLAN_2.product_id,
            "document_id": "declaration", "version": "1", "day": "2026-03-09", "letter_id": "letter-1",
        }  # fmt: skip
        return self.path.format(**known) + (f"?{self.query(family)}" if self.query else "")


def policy_code(family: Family) -> str:
    return f"c={verification_code(family.policy_no, signing_settings().code_secret.get_secret_value())}"


def download_signature(family: Family) -> str:
    expires = int(records.NOW.timestamp()) + 60
    secret = signing_settings().code_secret.get_secret_value()
    return f"expires={expires}&signature={link_signature(family.policy_no, expires, secret)}"


def agreements(product_id: str) -> list[dict[str, str]]:
    documents = load_catalogue().documents(product_id)
    return [{"document_id": d.document_id, "version": d.version, "sha256": d.sha256} for d in documents]


def applicant() -> dict[str, Any]:
    return {
        "name": "黄建国", "mobile": "13712345678", "id_type": "resident_id", "id_number": "360102198105123450",
        "gender": "male", "birth_date": "1981-05-12", "email": "huang@example.com",
    }  # fmt: skip


def insured() -> dict[str, Any]:
    return {
        "name": "黄小明", "id_type": "resident_id", "id_number": "430102201602290017", "gender": "male",
        "birth_date": "2016-02-29", "school_code": "2143000001", "school_type": "primary", "school_region": "430102",
        "class_name": "三年级二班",
    }  # fmt: skip


def purchase(_: Family | None = None) -> dict[str, Any]:
    return {
        "product_id": records.PLAN_2.product_id,
        "applicant": applicant(),
        "relationship": "parent",
        "insured": insured(),
        "effective_date": "2026-04-01",
        "agreements": agreements(records.PLAN_2.product_id),
        "consents": [{"kind": "child_data", "agreed": True}, {"kind": "share_with_insurer", "agreed": True}],
        "existing_death_cover_fen": 0,
        "page_version": "h5-2026.03.1",
    }


def policy_correction(_: Family | None = None) -> dict[str, Any]:
    insured = {
        "name": "黄小鸣", "id_type": "resident_id", "id_number": "430102201602290017", "gender": "male",
        "birth_date": "2016-02-29", "school_code": "2143000002", "school_type": "primary", "school_region": "430103",
        "class_name": "四年级二班",
    }  # fmt: skip
    buyer = applicant() | {"mobile": "13812345678"}
    return {"applicant": buyer, "insured": insured, "reason": "姓名写错了一个字"}


def report(_: Family | None = None) -> dict[str, Any]:
    return {
        "patient_state": "outpatient",
        "accident_region": "430102",
        "accident_at": "2026-03-04T10:30:00+08:00",
        "accident_place": "学校操场",
        "event": "accident",
        "on_campus": False,
        "description": "跑步时摔倒",
        "claimant_mobile": "13712345678",
        "consents": [{"kind": "medical_data", "agreed": True}],
    }


def payee(_: Family) -> dict[str, Any]:
    return {
        "kind": "alipay", "account": "parent@example.com", "name": "黄建国", "relationship": "parent",
        "consents": [{"kind": "account_data", "agreed": True}],
    }  # fmt: skip


def refund_account(_: Family) -> dict[str, Any]:
    return {"kind": "alipay", "account": "parent@example.com", "name": "黄建国"}


def correction(family: Family) -> dict[str, Any]:
    return {"receipt_id": family.receipt_id, "fields": {"total": "1280.50", "payer": None}, "reason": "核对原件"}


def decision(_: Family) -> dict[str, Any]:
    return {
        "outcome": "partial", "reason_codes": ["item_not_covered"], "comment": "目录外项目",
        "lines": [{"coverage_id": "accident_medical", "payable_fen": 100_00}],
    }  # fmt: skip


def papers(_: Family) -> dict[str, Any]:
    return {"kinds": ["diagnosis"], "comment": "请补充", "new_fact": None}


def message(_: Family) -> dict[str, Any]:
    return {"text": "请问什么时候可以到账？"}


def takeover(_: Family | None = None) -> dict[str, Any]:
    policy = {
        "policy_no": "XJ0000000001", "product_id": records.PLAN_2.product_id, "effective_date": "2025-09-01",
        "premium_paid_fen": 120_00, "paid_at": "2025-08-20T10:00:00+08:00", "relationship": "parent",
        "applicant": applicant(), "insured": insured(), "account": "parent-1",
    }  # fmt: skip
    return {"policies": [policy]}


def settlement(_: Family | None = None) -> dict[str, Any]:
    return {
        "product_id": records.PLAN_2.product_id,
        "effective_date": "2025-09-01",
        "renewal": False,
        "insured_birth_date": "2013-03-15",
        "event": {
            "type": "accident", "date": "2025-10-20", "on_campus": False, "died_on": None, "sudden_death": False,
            "critical_illness": None, "disability_grades": [8], "prior_disability_grade": None,
        },
        "receipts": [
            {
                "category": "outpatient", "date": "2025-10-20", "total_fen": 128050, "pool_pay_fen": 40230,
                "other_pay_fen": 0, "self_expense_fen": 24000, "social_insurance_settled": True,
            }
        ],
        "other_insurer_paid_fen": 0,
        "other_death_benefit_fen": 0,
        "used_fen": {"accident_medical": 0},
    }  # fmt: skip


def surrender_preview(_: Family | None = None) -> dict[str, Any]:
    return {
        "product_id": records.PLAN_2.product_id, "effective_date": "2025-09-01", "requested_on": "2025-12-10",
        "claim_paid": False,
    }  # fmt: skip


def clocks(_: Family | None = None) -> dict[str, Any]:
    return {
        "as_of": "2026-04-01", "received_on": "2026-03-02", "notice_delivered_on": "2026-03-10",
        "supplement_received_on": "2026-03-25", "decided_on": "2026-03-30", "outcome": "full", "agreed_on": None,
    }  # fmt: skip


CLAIM, REVIEW = "/v1/claims/{claim_id}", "/v1/reviews/{review_id}"
CASE, SCHOOLS_CASE = "/v1/serious-cases/{case_id}", "/v1/schools/{school_code}/cases/{case_id}"
COMPLAINT = "/v1/complaints/{complaint_id}"
INCIDENT = "/v1/incidents/{incident_id}"
POLICY, SURRENDER, PURCHASE = "/v1/policies/{policy_no}", "/v1/surrenders/{surrender_id}", "/v1/purchases/{purchase_id}"

ROUTES = (
    Route("GET", "/healthz", ANYONE),
    Route("GET", "/readyz", ANYONE),
    Route("GET", "/metrics", ANYONE),
    Route("GET", "/v1/insurers", ANYONE),
    Route("GET", "/v1/insurers/{code}/certificate", ANYONE),
    Route("GET", "/v1/products", ANYONE),
    Route("GET", "/v1/products/{product_id}", ANYONE),
    Route("GET", "/v1/documents/{document_id}/{version}", ANYONE),
    Route("POST", "/v1/previews/settlement", ANYONE, settlement),
    Route("POST", "/v1/previews/surrender", ANYONE, surrender_preview),
    Route("POST", "/v1/previews/clocks", ANYONE, clocks),
    Route("POST", "/v1/purchases", PARENT, purchase, creates=True),
    Route("GET", "/v1/purchases", PARENT),
    Route("POST", "/v1/purchases/preview", PARENT, purchase),
    Route("GET", "/v1/consents", PARENT),
    Route("POST", "/v1/consents/{consent_id}/withdraw", PARENT, owned=True),
    Route("POST", "/v1/consents/{consent_id}/give", PARENT, owned=True),
    Route("GET", "/v1/insured-history", PARENT),
    Route(
        "POST", "/v1/consent-files", PARENT, creates=True,
        form={"kind": "parents_consent", "id_type": "resident_id", "id_number": "430102201602290017"},
    ),
    Route("GET", PURCHASE, PARENT, owned=True),
    Route("POST", PURCHASE + "/resume", PARENT, owned=True),
    Route("POST", PURCHASE + "/cancel", PARENT, owned=True),
    Route("PUT", PURCHASE + "/payee", PARENT | OPERATOR, refund_account, owned=True),
    Route("GET", "/v1/policies", PARENT),
    Route("GET", POLICY, BOTH, owned=True),
    Route("GET", POLICY + "/document", PARENT, owned=True),
    Route("GET", POLICY + "/documents", PARENT, owned=True),
    Route("GET", POLICY + "/renewal", PARENT, owned=True),
    Route("GET", POLICY + "/documents/{letter_id}", PARENT, owned=True),
    Route("POST", POLICY + "/corrections", PARENT, policy_correction, owned=True, creates=True),
    Route("GET", POLICY + "/corrections", PARENT, owned=True),
    Route("GET", "/v1/corrections/{correction_id}", PARENT, owned=True),
    Route("GET", "/v1/verify/{policy_no}", ANYONE, query=policy_code),
    Route("GET", "/v1/downloads/policies/{policy_no}", ANYONE, query=download_signature),
    Route("POST", POLICY + "/claims", BOTH, report, owned=True, creates=True),
    Route("GET", POLICY + "/surrender-quote", PARENT, owned=True),
    Route(
        "POST", POLICY + "/surrenders", PARENT, lambda _: {"reason": "other", "comment": "搬家"}, owned=True, creates=True
    ),
    Route("GET", POLICY + "/surrenders", PARENT, owned=True),
    Route("GET", SURRENDER, PARENT, owned=True),
    Route("POST", SURRENDER + "/confirm", PARENT, owned=True),
    Route("POST", SURRENDER + "/cancel", PARENT, owned=True),
    Route("PUT", SURRENDER + "/payee", PARENT | OPERATOR, refund_account, owned=True),
    Route("GET", "/v1/claims", BOTH),
    Route("GET", "/v1/due-claims", STAFF),
    Route("GET", "/v1/due-purchases", STAFF),
    Route("GET", "/v1/due-surrenders", STAFF),
    Route("GET", "/v1/due-corrections", STAFF),
    Route("GET", "/v1/overview/clocks", AUTHORITY),
    Route("GET", CLAIM, BOTH, owned=True),
    Route("GET", CLAIM + "/events", BOTH, owned=True),
    Route("GET", CLAIM + "/history", STAFF, owned=True),
    Route("PUT", CLAIM + "/payee", PARENT, payee, owned=True),
    Route("POST", CLAIM + "/payee/confirm", ADJUSTER, lambda _: {"payees_seq": 1}, owned=True),
    Route("POST", CLAIM + "/submit", PARENT, owned=True),
    Route("POST", CLAIM + "/accept", PARENT, owned=True),
    Route("POST", CLAIM + "/dispute", PARENT, owned=True),
    Route("POST", CLAIM + "/withdraw", PARENT, owned=True),
    Route("POST", CLAIM + "/reopen", PARENT, lambda _: {"reason": "发现新的票据"}, owned=True),
    Route("POST", CLAIM + "/documents", BOTH, owned=True, creates=True, form={"kind": "diagnosis"}),
    Route("POST", CLAIM + "/uploads", BOTH, lambda _: {"kind": "medical_receipt"}, owned=True, creates=True),
    Route(
        "POST", CLAIM + "/deliveries", ADJUSTER,
        lambda _: {"kind": "decided_refused", "how": "telephone", "at": "2026-03-09T10:00:00+08:00"}, owned=True,
    ),
    Route("POST", CLAIM + "/uploads/{upload_id}/complete", BOTH, owned=True),
    Route("GET", CLAIM + "/letters", BOTH, owned=True),
    Route("POST", CLAIM + "/letters", BOTH, lambda _: {"kind": "apportionment"}, owned=True),
    Route("GET", CLAIM + "/letters/{letter_id}", BOTH, owned=True),
    Route("GET", CLAIM + "/messages", BOTH, owned=True),
    Route("POST", CLAIM + "/messages", BOTH, message, owned=True, creates=True),
    Route("GET", POLICY + "/messages", BOTH, owned=True),
    Route("POST", POLICY + "/messages", BOTH, message, owned=True, creates=True),
    Route("GET", "/v1/messages", ADJUSTER),
    Route(
        "POST", "/v1/complaints", PARENT,
        lambda f: {"claim_id": f.claim_id, "kind": "decision", "text": "没有说明原因"}, creates=True,
    ),
    Route("GET", "/v1/complaints", PARENT | STAFF),
    Route("GET", COMPLAINT, PARENT | STAFF, owned=True),
    Route("POST", COMPLAINT + "/take", STAFF, owned=True),
    Route("POST", COMPLAINT + "/extend", STAFF, lambda _: {"reason": "须向医院核实"}, owned=True),
    Route("POST", COMPLAINT + "/answer", STAFF, lambda _: {"outcome": "upheld", "text": "将补付"}, owned=True),
    Route("POST", COMPLAINT + "/review", PARENT, lambda _: {"reason": "没有说明依据"}, owned=True),
    Route("POST", COMPLAINT + "/withdraw", PARENT, owned=True),
    Route("GET", "/v1/overview/complaints", AUTHORITY),
    Route("GET", "/v1/reviews", ADJUSTER),
    Route("GET", REVIEW, ADJUSTER, owned=True),
    Route("POST", REVIEW + "/take", ADJUSTER, owned=True),
    Route("POST", REVIEW + "/release", ADJUSTER, owned=True),
    Route("POST", REVIEW + "/reassign", ADJUSTER, lambda _: {"adjuster": "adj-1"}, owned=True),
    Route("POST", REVIEW + "/corrections", ADJUSTER, correction, owned=True),
    Route(
        "POST", REVIEW + "/event", ADJUSTER,
        lambda _: {"disability_grades": [8], "critical_illness": None, "reason": "伤残鉴定书"}, owned=True,
    ),
    Route("POST", REVIEW + "/read-again", ADJUSTER, lambda _: {"document_id": "do-1"}, owned=True),
    Route("POST", REVIEW + "/request-documents", ADJUSTER, papers, owned=True),
    Route("POST", REVIEW + "/decision", ADJUSTER, decision, owned=True),
    Route("GET", "/v1/reviews/quality", ADJUSTER),
    Route("POST", REVIEW + "/judgement", ADJUSTER, lambda _: {"agrees": False, "reason": "票据应再核对"}, owned=True),
    Route("POST", REVIEW + "/undo", ADJUSTER, lambda _: {"reason": "金额有误"}, owned=True),
    Route("POST", CLAIM + "/undo", ADJUSTER, lambda _: {"reason": "金额有误"}, owned=True),
    Route(
        "POST", "/v1/incidents", ADJUSTER, lambda f: {"title": "校车", "claim_ids": [f.claim_id]}, creates=True
    ),
    Route("GET", "/v1/incidents", ADJUSTER),
    Route("GET", INCIDENT, ADJUSTER, owned=True),
    Route("POST", INCIDENT + "/claims", ADJUSTER, lambda f: {"claim_ids": [f.claim_id]}, owned=True),
    Route(
        "POST", INCIDENT + "/claims/{claim_id}/remove", ADJUSTER, lambda _: {"reason": "不是同一辆校车"}, owned=True
    ),
    Route("GET", "/v1/serious-cases", ADJUSTER),
    Route("GET", CASE, ADJUSTER, owned=True),
    Route("POST", CASE + "/in-contact", ADJUSTER, lambda _: {"comment": "母亲接听"}, owned=True),
    Route("POST", CASE + "/documents-told", ADJUSTER, lambda _: {"comment": ""}, owned=True),
    Route("PUT", "/v1/schools/{school_code}/roster", SCHOOL, form={"partial": "false"}, file=ROSTER),
    Route("GET", "/v1/schools/{school_code}/roster", SCHOOL),
    Route("GET", "/v1/schools/{school_code}/enrolment", SCHOOL),
    Route("GET", "/v1/schools/{school_code}/cases", SCHOOL, owned=True),
    Route("GET", SCHOOLS_CASE, SCHOOL, owned=True),
    Route("POST", SCHOOLS_CASE + "/notes", SCHOOL, lambda _: {"text": "事故经过已交给家长"}, owned=True, creates=True),
    Route("GET", CLAIM + "/related", ADJUSTER, owned=True),
    Route("PUT", "/v1/insurers/{code}/policies", STAFF, takeover, owned=True),
    Route("GET", "/v1/reconciliations", OPERATOR),
    Route("GET", "/v1/reconciliations/{day}", OPERATOR),
    Route("POST", "/v1/reconciliations/{day}/run", OPERATOR),
    Route("POST", "/v1/callbacks/alipay", ANYONE),
    Route("POST", "/v1/callbacks/insurers/{code}", ANYONE),
)  # fmt: skip
OPEN_TO_ALL = [route for route in ROUTES if route.roles == ANYONE]
GUARDED = [route for route in ROUTES if route.roles != ANYONE]
