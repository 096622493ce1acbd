"""What routes ask for: the parts, the caller with a role, an idempotency key."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.auth import Caller, Role, TokenInvalid, read_token
from api.errors import Problem
from api.parts import Parts


async def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


TheParts = Annotated[Parts, Depends(parts_of)]


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def caller_of(parts: TheParts, bearer: Bearer) -> Caller:
    if bearer is None:
        raise Problem(401, "unauthorized")
    try:
        return read_token(bearer.credentials.strip(), parts.settings.token_secret.get_secret_value())
    except TokenInvalid:
        raise Problem(401, "unauthorized") from None


def require(*roles: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """Only these roles; another one gets 403."""

    async def permitted(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if caller.role not in roles:
            raise Problem(403, "forbidden")
        return caller

    return permitted


Parent = Annotated[Caller, Depends(require("parent"))]
Adjuster = Annotated[Caller, Depends(require("adjuster"))]
ParentOrAdjuster = Annotated[Caller, Depends(require("parent", "adjuster"))]
ParentOrOperator = Annotated[Caller, Depends(require("parent", "operator"))]
SchoolStaff = Annotated[Caller, Depends(require("school"))]
InsurerStaff = Annotated[Caller, Depends(require("operator", "adjuster"))]
Authority = Annotated[Caller, Depends(require("supervisor", "operator"))]


def require_lead(title: str = "只有理赔主管可以进行这项操作") -> Callable[[Caller], Awaitable[Caller]]:
    """Only an adjuster who leads (理赔主管); another one gets 403 with this title."""

    async def leading(caller: Adjuster) -> Caller:
        if not caller.lead:
            raise Problem(403, "lead_required", title)
        return caller

    return leading


Lead = Annotated[Caller, Depends(require_lead())]

ObjectId = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
IdempotencyHeader = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[\x21-\x7e]+$")]
