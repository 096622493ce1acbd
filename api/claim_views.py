"""A claim as people see it: state, whose turn, timeline, clocks, papers, receipts with their checks, sums, payout."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.claim_cover import ClaimedCover, cover_of, cover_view
from api.claim_files import case_of, evidence_of, label_of_claim, turn_of_claim
from api.contact_views import contact_of
from api.incident_views import beside_the_claim
from api.parts import Parts
from api.payout_views import payout_view
from api.routes.catalogue import insurer_ref
from api.timeline import timeline_about
from api.views import instant
from insurance.rules.assessment import missing_papers
from insurance.rules.case import (
    AccidentReport,
    CaseReceipt,
    Decision,
    Established,
    EvidenceFile,
    EvidenceView,
)
from insurance.rules.case_file import CaseFile
from insurance.rules.claim_clocks import PAID, clocks_of, done_on, whose_clock
from insurance.rules.codes import DOCUMENT_KINDS, REASON_CODES
from insurance.rules.evidence import SMALL_CLAIM_FEN, RequiredDocument, evidence_facts, required_documents
from insurance.rules.masking import mask_account, mask_mobile, mask_name
from insurance.rules.reasons import bases_of
from insurance.rules.receipts.repeats import each_once
from insurance.rules.reminders import CLOCK_NAMES, last_day, time_for_answer_ends
from insurance.rules.settlement import Settlement
from insurance.rules.status import answer_to_do, answers_to
from insurance.tables import Claim

# long enough to look through a claim, too short to be passed on
VIEW_SECONDS = 900
LIMITATION_IS_NEAR = timedelta(days=90)
NEEDS_NO_PAPERS = (*PAID, "withdrawn")
CLOCK_LABELS = {**CLOCK_NAMES, "limitation": "诉讼时效"}
PAUSE_LABELS = {"supplement": "等待补充材料", "payee": "等待收款账户", "answer": "等待您答复审核结果"}


def claim_summary(parts: Parts, row: Claim, cover: ClaimedCover | None) -> dict[str, Any]:
    return {
        "claim_id": row.claim_id,
        "report_no": row.report_no,
        "policy_no": row.policy_no,
        "insurer": insurer_ref(parts, row.insurer_code),
        **cover_view(cover),
        "state": row.state,
        "label": label_of_claim(row),
        "whose_turn": turn_of_claim(row),
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


async def claim_view(parts: Parts, session: AsyncSession, row: Claim, caller: Caller) -> dict[str, Any]:
    case = case_of(row)
    cover = await cover_of(session, row)
    documents, receipts = await evidence_of(session, row.claim_id)
    return claim_summary(parts, row, cover) | {
        "report": _report_view(case.report),
        "reported_by": "adjuster" if case.reported_by else "family",
        "required_documents": required_document_views(case.report, case.established),
        "missing": _missing(case, cover, documents, receipts),
        "documents": [await _document_view(parts, d) for d in documents],
        # what only a former reading took for a receipt is staff's to see
        "receipts": [_receipt_view(r, caller) for r in receipts if caller.role == "adjuster" or not r.superseded],
        "established": _established_view(case, caller),
        "findings": [asdict(f) for f in case.assessment.findings] if case.assessment else [],
        "repeats": await _repeat_views(session, case, caller),
        "same_accident": await _same_accident_views(session, case, caller),
        "clocks": _clock_views(parts, case),
        "warnings": _warnings(parts, case),
        "settlement": settlement_view(case.assessment.settlement) if case.assessment else None,
        "decision": _decision_view(case),
        "answer": _answer_view(parts, case),
        "payees": [
            {"kind": p.kind, "account": mask_account(p.account), "name": mask_name(p.name), "share": p.share}
            | ({"relationship": p.relationship, "proof": p.proof} if caller.role == "adjuster" else {})
            for p in case.payees
        ],
        "payees_seq": case.payees_seq,
        "payout": payout_view(case, _late_days(parts, case)),
        "papers_requests": [
            {"kinds": list(asked.kinds), "comment": asked.comment, "at": instant(asked.at)}
            for asked in case.papers_requests
        ],
        "advance_paid": case.advance_paid,
        "undelivered": list(case.undelivered),
        "review_id": case.review_id,
        "contact": contact_of(parts, row.insurer_code),
        "timeline": await timeline_about(session, row.claim_id, caller),
        **await beside_the_claim(session, caller, row.claim_id),
    }


async def _repeat_views(session: AsyncSession, case: CaseFile, caller: Caller) -> list[dict[str, Any]]:
    """Where else receipts and files of the claim stand: for adjusters, and named only where the other claim is their insurer's
    too."""
    repeated = case.assessment.grounds.repeated if case.assessment else ()
    if caller.role != "adjuster" or not repeated:
        return []
    visible = await _own_claims(session, caller, {r.claim_id for r in repeated})
    return [asdict(r) | {"claim_id": r.claim_id if r.claim_id in visible else None} for r in repeated]


async def _same_accident_views(session: AsyncSession, case: CaseFile, caller: Caller) -> list[dict[str, Any]]:
    """Which other claims may tell of the same accident: for adjusters, in the same way. One of the same policy may be confirmed."""
    told = case.assessment.grounds.same_accident if case.assessment else ()
    if caller.role != "adjuster" or not told:
        return []
    visible = await _own_claims(session, caller, {t.claim_id for t in told})
    return [
        asdict(t)
        | {
            "claim_id": t.claim_id if t.claim_id in visible else None,
            "same_policy": visible.get(t.claim_id) == case.policy_no,
        }
        for t in told
    ]


async def _own_claims(session: AsyncSession, caller: Caller, claim_ids: set[str]) -> dict[str, str]:
    """Those of the adjuster's insurer, with their policies."""
    own = select(Claim.claim_id, Claim.policy_no).where(
        col(Claim.claim_id).in_(claim_ids), Claim.insurer_code == caller.insurer
    )
    return dict((await session.exec(own)).all())


def required_document_views(report: AccidentReport, established: Established | None = None) -> list[dict[str, Any]]:
    return [asdict(document) for document in required_documents(evidence_facts(report, established))]


def settlement_view(settlement: Settlement) -> dict[str, Any]:
    return asdict(settlement)


def _decision_view(case: CaseFile) -> dict[str, Any] | None:
    if case.decision is None:
        return None
    settled = case.assessment.settlement if case.assessment else Settlement(0, (), ())
    bases = [bases_of(code, case.decision, settled, {}) for code in case.decision.reason_codes]
    return decision_view(case.decision) | {"bases": [list(found) for found in bases]}


def decision_view(decision: Decision) -> dict[str, Any]:
    return {
        "by": decision.by,
        "outcome": decision.outcome,
        "payable_fen": decision.payable_fen,
        "lines": [asdict(line) for line in decision.lines],
        "reason_codes": list(decision.reason_codes),
        "reasons": [REASON_CODES[code] for code in decision.reason_codes],
        "comment": decision.comment,
        "checks": list(decision.checks),
        "adjusters": list(decision.adjusters),
        "decided_at": instant(decision.decided_at),
    }


def _answer_view(parts: Parts, case: CaseFile) -> dict[str, Any] | None:
    """Until when the claim waits with its decision, what the family may say to it until then, and that in words; None for a decision that
    needs no word."""
    if case.state != "decided" or case.decision is None or case.decision.outcome == "full":
        return None
    since = case.state_since or case.decision.decided_at
    until = time_for_answer_ends(since, parts.settings.process.dispute_days)
    known = case.decision.outcome, case.disputed
    return {
        "until": instant(until),
        "may": list(answers_to(*known)),
        "to_do": answer_to_do(*known, last_day(until)),
    }


def _established_view(case: CaseFile, caller: Caller) -> dict[str, Any] | None:
    """What adjusters found about the event; who and why is theirs to see."""
    if case.established is None:
        return None
    found = asdict(case.established) | {"at": instant(case.established.at)}
    return found if caller.role == "adjuster" else {k: v for k, v in found.items() if k not in ("person", "reason")}


def _report_view(report: AccidentReport) -> dict[str, Any]:
    return asdict(report) | {
        "accident_at": instant(report.accident_at),
        "claimant_mobile": mask_mobile(report.claimant_mobile),
    }


async def missing_kinds(session: AsyncSession, row: Claim) -> tuple[str, ...]:
    """Of the papers that still have to come, by the list that the family sees."""
    cover, evidence = await cover_of(session, row), await evidence_of(session, row.claim_id)
    return tuple(document["kind"] for document in _missing(case_of(row), cover, *evidence))


def _missing(
    case: CaseFile, cover: ClaimedCover | None, documents: tuple[EvidenceFile, ...], receipts: tuple[CaseReceipt, ...]
) -> list[dict[str, Any]]:
    """By the list, as the assessment counts; nothing any more of a claim that was paid, or has ended."""
    if case.state in NEEDS_NO_PAPERS:
        return []
    received = {d.kind for d in documents if d.state == "received"}
    counted, _ = each_once(receipts)
    small_fen = cover.small_claim_fen if cover else SMALL_CLAIM_FEN
    by_list = missing_papers(case.report, case.established, counted, received, small_fen)
    asked = _still_asked(case, documents)
    return [asdict(d) for d in (*asked, *(d for d in by_list if d.kind not in {a.kind for a in asked}))]


def _still_asked(case: CaseFile, documents: tuple[EvidenceFile, ...]) -> list[RequiredDocument]:
    """What an adjuster waits for: of a kind that had come before it was asked for, a new one."""
    if case.state != "supplement_requested" or not case.papers_requests:
        return []
    asked = case.papers_requests[-1]
    came = {d.kind for d in documents if d.state == "received" and d.received_at > asked.at}
    why = asked.comment or "理赔员审核时需要"
    return [RequiredDocument(kind, DOCUMENT_KINDS[kind], "yes", why) for kind in asked.kinds if kind not in came]


async def _document_view(parts: Parts, document: EvidenceFile) -> dict[str, Any]:
    views = [await _page_view(parts, view) for view in document.views]
    return {
        "document_id": document.document_id,
        "kind": document.kind,
        "state": document.state,
        "reason": document.reason,
        "sha256": document.sha256,
        "size": document.size,
        "content_type": document.content_type,
        "received_at": instant(document.received_at),
        "view_url": views[0]["view_url"] if views else None,
        "pages": views,
    }


async def _page_view(parts: Parts, view: EvidenceView) -> dict[str, Any]:
    """`view_url` serves the picture to whoever has it, for a while. Boxes of a reading are told on `read_width` x `read_height`."""
    return {
        "page": view.page,
        "view_url": await parts.storage.signed_get(view.object_key, VIEW_SECONDS),
        "width": view.width,
        "height": view.height,
        "read_width": view.read_width,
        "read_height": view.read_height,
    }


def _receipt_view(receipt: CaseReceipt, caller: Caller) -> dict[str, Any]:
    """Who amended and why is staff's to see."""
    hidden = () if caller.role == "adjuster" else ("person", "reason")
    return {
        "receipt_id": receipt.receipt_id,
        "document_id": receipt.document_id,
        "fields": asdict(receipt.fields),
        "confidence": receipt.confidence,
        "checks": [asdict(check) for check in receipt.checks],
        "category": receipt.category,
        "social_insurance_settled": receipt.social_insurance_settled,
        "treated_on": receipt.treated_on,
        "superseded": receipt.superseded,
        "amendments": [
            {k: v for k, v in asdict(a).items() if k not in hidden} | {"at": instant(a.at)} for a in receipt.amendments
        ],
    }


def _clock_views(parts: Parts, case: CaseFile) -> list[dict[str, Any]]:
    """Every clock with its article, its days, from when to when it stood still and why, and whose turn it is: nobody's (None) once it
    is done, on `done_on`, or the claim has ended. One that is `broken` and somebody's turn is late and open."""
    return [
        asdict(clock)
        | {
            "label": CLOCK_LABELS[clock.clock],
            "whose_turn": whose_clock(case, clock),
            "done_on": done_on(case, clock),
            "pauses": [asdict(pause) | {"label": PAUSE_LABELS[pause.because]} for pause in clock.pauses],
            "paused_because": PAUSE_LABELS[clock.pauses[-1].because] if clock.state == "paused" else None,
        }
        for clock in clocks_of(case, parts.calendar, parts.today())
    ]


def _warnings(parts: Parts, case: CaseFile) -> list[dict[str, str]]:
    """What the family loses by waiting. A claim that comes late is never refused for it."""
    limitation = next((c for c in clocks_of(case, parts.calendar, parts.today()) if c.clock == "limitation"), None)
    if limitation is None or limitation.due_on - parts.today() > LIMITATION_IS_NEAR:
        return []
    day = limitation.due_on
    text = f"请求赔付的诉讼时效为二年，最后一日为{day.year}年{day.month}月{day.day}日，请尽快提交材料；逾期提交我们仍会受理"
    return [{"code": "limitation_passed" if limitation.state == "broken" else "limitation_near", "text": text}]


def _late_days(parts: Parts, case: CaseFile) -> int:
    """Days behind the earlier of the law's and the product's last day for the payment."""
    payment = ("payment", "agreed_payment")
    return max((c.late_days for c in clocks_of(case, parts.calendar, parts.today()) if c.clock in payment), default=0)
