"""Every error as RFC 9457 problem details: a stable `code`, a Chinese `title`, and the fields that are wrong."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteHTTPException

from insurance.adapters.ports import Refused, Unavailable
from insurance.rules.errors import FieldError
from workflows.client import MoveRefused, ProcessEnded, ProcessUnavailable

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "3"

TITLES = {
    "invalid_request": "提交的内容有误，请按提示修改",
    "unauthorized": "请先登录",
    "forbidden": "您没有权限进行这项操作",
    "not_found": "没有找到您要的内容",
    "method_not_allowed": "这个地址不支持该操作",
    "body_too_large": "提交的内容过大",
    "illegal_move": "当前状态下不能进行这项操作",
    "idempotency_key_reused": "同一个幂等键已用于另一份内容",
    "unavailable": "系统暂时繁忙，请稍后再试",
    "internal": "系统出了问题，我们已记录并会尽快处理",
}
STATUS_OF_CODE = {
    "illegal_move": 409,
    "lead_required": 403,
    "superior_required": 403,
    "not_holder": 409,
    "already_taken": 409,
    "payout_under_way": 409,
}
# refusals of an update that are the request's fault, not the state's
FIELD_CODES = frozenset({"nothing_to_correct", "invalid_value", "unknown_field", "invalid_date", "invalid_amount"}) | {
    "unknown_reason", "reason_required", "lines_required", "unknown_coverage", "above_settlement", "not_partial",
    "lines_contradict", "nothing_payable", "comment_required", "documents_missing", "receipt_unknown",
    "document_unknown", "payee_unproven",
}  # fmt: skip


# what the description of the API says of every refusal
_FIELD_ERROR = {"type": "object", "properties": {name: {"type": "string"} for name in ("field", "code", "message")}}
_PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "title", "errors"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, snake_case"},
        "title": {"type": "string", "description": "Chinese, for people"},
        "errors": {"type": "array", "items": _FIELD_ERROR},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}
    for status, description in (("4XX", "Refused (RFC 9457)"), (503, "Unavailable; see retry-after"))
}


class Problem(HTTPException):
    """Raised by a route; answered as it is. `errors` name fields."""

    def __init__(self, status: int, code: str, title: str | None = None, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(status)
        self.code = code
        self.title = title or TITLES.get(code, code)
        self.errors = tuple(errors)


def invalid(field: str, code: str, message: str) -> Problem:
    """One field that can't be taken."""
    return Problem(422, code, message, [FieldError(field, code, message)])


def not_found() -> Problem:
    """Also for what belongs to somebody else."""
    return Problem(404, "not_found")


def answer(status: int, code: str, title: str, errors: Sequence[FieldError] = ()) -> JSONResponse:
    body = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "title": title,
        "errors": [asdict(e) for e in errors],
    }
    headers = {"retry-after": RETRY_AFTER_SECONDS} if status == 503 else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem.status_code, problem.code, problem.title, problem.errors)

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, "invalid_request", TITLES["invalid_request"], field_errors(error.errors()))

    @app.exception_handler(StarletteHTTPException)
    async def _http(_: Request, error: StarletteHTTPException) -> JSONResponse:
        if error.status_code == 400:
            # what the framework can't read at all: broken JSON or multipart
            unreadable = FieldError("body", "unreadable", "内容无法读取，请检查格式")
            return answer(422, "invalid_request", TITLES["invalid_request"], [unreadable])
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
        refusal = answer(error.status_code, code, TITLES[code])
        refusal.headers.update(error.headers or {})
        return refusal

    @app.exception_handler(MoveRefused)
    async def _refused(_: Request, refusal: MoveRefused) -> JSONResponse:
        return move_refused(refusal)

    @app.exception_handler(ProcessEnded)
    async def _ended(_: Request, __: ProcessEnded) -> JSONResponse:
        return answer(409, "illegal_move", TITLES["illegal_move"])

    @app.exception_handler(Refused)
    async def _adapter_refused(_: Request, refusal: Refused) -> JSONResponse:
        return answer(422, refusal.code, refusal.message or TITLES["invalid_request"])

    for outage in (ProcessUnavailable, Unavailable, OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(outage, _unavailable)
    app.add_exception_handler(Exception, _bug)


def move_refused(refusal: MoveRefused) -> JSONResponse:
    if refusal.code == "illegal_move":
        return answer(409, "illegal_move", TITLES["illegal_move"])
    if refusal.code in FIELD_CODES:
        fields = (refusal.detail or "").split(",")
        errors = [FieldError(field, refusal.code, refusal.message) for field in fields]
        return answer(422, refusal.code, refusal.message, errors)
    return answer(STATUS_OF_CODE.get(refusal.code, 409), refusal.code, refusal.message)


async def _unavailable(_: Request, outage: Exception) -> JSONResponse:
    log.warning("unavailable: %s", type(outage).__name__)
    return answer(503, "unavailable", TITLES["unavailable"])


async def _bug(request: Request, error: Exception) -> JSONResponse:
    # the type and the route only: a message may carry somebody's data
    route = request.scope.get("route")
    log.error("unexpected %s in %s", type(error).__name__, getattr(route, "path", "?"))
    return answer(500, "internal", TITLES["internal"])


def field_errors(details: Sequence[ErrorDetails]) -> tuple[FieldError, ...]:
    """What pydantic found, in our words; of a field that may be of several kinds the first."""
    found: dict[str, FieldError] = {}
    for error in map(_field_error, details):
        found.setdefault(error.field, error)
    return tuple(found.values())


def _field_error(detail: ErrorDetails) -> FieldError:
    kind = detail["type"]
    # of broken JSON the place is told as a position, which names no field
    place = () if kind == "json_invalid" else detail["loc"]
    parts = [str(part) for part in place if part not in ("body", "query", "path", "header") and _names_a_field(part)]
    code = _CODES.get(kind, kind)
    return FieldError(".".join(parts) or "body", code, _message(kind, detail.get("ctx") or {}))


def _names_a_field(part: int | str) -> bool:
    """The rest are pydantic's names of the kinds that a field may be of."""
    return isinstance(part, int) or (part.replace("-", "_").isidentifier() and not part.startswith(_KINDS))


_KINDS = ("constrained-", "function-", "lax-", "json-or-", "tagged-union")
_CODES = {"missing": "required", "json_invalid": "invalid_json", "literal_error": "unknown_value"}


def _message(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "missing":
            return "必填"
        case "json_invalid":
            return "内容不是有效的 JSON"
        case "string_too_long":
            return f"最多{context['max_length']}个字"
        case "string_too_short":
            return f"至少{context['min_length']}个字"
        case "greater_than_equal":
            return f"不能小于{context['ge']}"
        case "less_than_equal":
            return f"不能大于{context['le']}"
        case "literal_error":
            return f"应为以下之一：{context['expected']}".replace("'", "").replace(" or ", "、").replace(", ", "、")
        case "too_long":
            return f"最多{context['max_length']}项"
        case "too_short":
            return f"至少{context['min_length']}项"
    for prefix, message in _MESSAGES:
        if kind.startswith(prefix):
            return message
    return "填写有误"


_MESSAGES = (
    ("string", "应为文字，且不含特殊字符"),
    ("int", "应为整数"),
    ("bool", "应为 true 或 false"),
    ("date_range", "日期超出合理范围"),
    ("date_", "日期应为 YYYY-MM-DD"),
    ("datetime", "时间应为带时区的 RFC 3339 格式"),
    ("timezone", "时间应带时区"),
    ("list", "应为列表"),
    ("tuple", "应为列表"),
    ("dict", "应为对象"),
    ("model", "应为对象"),
    ("bad_text", "含有不能使用的字符"),
)
