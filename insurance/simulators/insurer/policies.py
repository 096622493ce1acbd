"""Policies and claims at the simulator: issue (出单), take-over, report (报案), closure (结案), cancellation (退保)."""

import sqlite3
from dataclasses import replace
from datetime import date
from typing import Any

from insurance.simulators.clock import now
from insurance.simulators.insurer.books import Books, Call, Refusal
from insurance.simulators.insurer.underwriting import answer
from insurance.simulators.insurer.visible import Conduct, conduct_of

Done = tuple[dict[str, Any], bool]


class Policies:
    """Every method answers with the body and whether this very call had the effect."""

    def __init__(self, books: Books) -> None:
        self._books, self._database = books, books.database

    def issue(self, call: Call) -> Done:
        def act() -> dict[str, Any]:
            proposal = self._issuable(call)
            number = self._books.enter("policy", call, proposal["proposal_no"], proposal["premium_fen"])
            self._insert(call.insurer, number, proposal["proposal_no"], _date(call.body, "effectiveDate"), proposal)
            return {"policyNo": number}

        return self._books.once("issue", call, act)

    def _issuable(self, call: Call) -> sqlite3.Row:
        number = call.value("proposalNo", str)
        known = "SELECT * FROM proposals WHERE insurer = ? AND proposal_no = ?"
        proposal = self._database.one(known, call.insurer, number)
        if proposal is None:
            raise Refusal(404, "PROPOSAL_NOT_FOUND", "没有这张投保单")
        if answer(proposal, now())["uwResult"] != "PASS":
            raise Refusal(422, "PROPOSAL_NOT_ACCEPTED", "投保单未通过核保")
        if self._database.one("SELECT 1 FROM policies WHERE proposal_no = ?", number):
            raise Refusal(409, "PROPOSAL_ALREADY_ISSUED", "投保单已出单")
        if now() > proposal["valid_until"] or conduct_of(proposal["ending"]).refuses_issue:
            raise Refusal(422, "PROPOSAL_EXPIRED", "投保单已失效")
        if call.value("premiumFen", int) != proposal["premium_fen"]:
            raise Refusal(422, "PREMIUM_MISMATCH", "保费与投保单不符")
        return proposal

    def take_over(self, call: Call) -> Done:
        """Policies sold elsewhere become known; those known already stay as they are."""
        with self._database.transaction():
            for policy in call.value("policies", list):
                self._take_over(call, policy)
        return {"accepted": len(call.body["policies"])}, False

    def _take_over(self, call: Call, policy: Any) -> None:
        if not isinstance(policy, dict):
            raise Refusal(422, "INVALID_REQUEST", "保单不是 JSON 对象")
        one = replace(call, body=policy)
        number, starts = one.value("policyNo", str), _date(policy, "effectiveDate")
        known = {
            "product": one.value("productCode", str),
            "premium_fen": one.value("premiumFen", int),
            "ending": str(one.value("insured", dict).get("name"))[-2:],
        }
        if not self._find(call.insurer, number):
            self._books.enter("taken_over", call, known["product"], known["premium_fen"], number)
            self._insert(call.insurer, number, None, starts, known)

    def report(self, call: Call) -> Done:
        def act() -> dict[str, Any]:
            policy = self._must(call.insurer, call.value("policyNo", str))
            number = self._books.enter("report", call, policy["policy_no"])
            self._database.execute("INSERT INTO reports VALUES (?, ?, ?)", call.insurer, number, policy["policy_no"])
            return {"reportNo": number}

        return self._books.once("report_claim", call, act)

    def close(self, call: Call) -> Done:
        def act() -> dict[str, Any]:
            known = "SELECT 1 FROM reports WHERE insurer = ? AND report_no = ?"
            if not self._database.one(known, call.insurer, call.subject):
                raise Refusal(404, "REPORT_NOT_FOUND", "没有这个报案号")
            self._books.enter("closure", call, call.subject, call.value("paidFen", int))
            return {"reportNo": call.subject}

        return self._books.once("close_claim", call, act)

    def cancel(self, call: Call) -> Done:
        def act() -> dict[str, Any]:
            policy = self._must(call.insurer, call.subject)
            ends_on = _date(call.body, "endsOn")
            over = ends_on >= _anniversary(date.fromisoformat(policy["effective_date"]))
            if policy["cancelled_on"] or over or conduct_of(policy["ending"]).refuses_cancellation:
                raise Refusal(422, "POLICY_ENDED", "保单已终止")
            self._database.execute(
                "UPDATE policies SET cancelled_on = ? WHERE insurer = ? AND policy_no = ?",
                ends_on.isoformat(),
                call.insurer,
                call.subject,
            )
            return {
                "confirmationNo": self._books.enter("cancellation", call, call.subject, call.value("refundFen", int))
            }

        return self._books.once("cancel_policy", call, act)

    def conduct(self, call: Call) -> Conduct:
        """How the policy or proposal that a call is about was made to behave."""
        row = self._database.one(
            "SELECT ending FROM policies WHERE insurer = ?1 AND policy_no IN (?2, ?3) UNION ALL "
            "SELECT ending FROM proposals WHERE insurer = ?1 AND proposal_no = ?4 LIMIT 1",
            call.insurer,
            call.subject,
            call.body.get("policyNo"),
            call.body.get("proposalNo"),
        )
        return conduct_of(row["ending"] if row else "")

    def _find(self, insurer: str, policy_no: str) -> sqlite3.Row | None:
        return self._database.one("SELECT * FROM policies WHERE insurer = ? AND policy_no = ?", insurer, policy_no)

    def _must(self, insurer: str, policy_no: str) -> sqlite3.Row:
        policy = self._find(insurer, policy_no)
        if policy is None:
            raise Refusal(404, "POLICY_NOT_FOUND", "没有这张保单")
        return policy

    def _insert(self, insurer: str, number: str, proposal_no: str | None, starts: date, known: Any) -> None:
        self._database.execute(
            "INSERT INTO policies VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            insurer,
            number,
            proposal_no,
            known["product"],
            starts.isoformat(),
            known["premium_fen"],
            known["ending"],
        )


def _date(body: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(body[name])
    except (KeyError, TypeError, ValueError):
        raise Refusal(422, "INVALID_REQUEST", f"字段 {name} 不是日期") from None


def _anniversary(start: date) -> date:
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)
