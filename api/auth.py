"""Who is calling: bearer tokens (JWT, HS256) with a role and what it is bound to. Permission is asked for in `api/deps.py` alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import jwt

Role = Literal["parent", "adjuster", "school", "supervisor", "operator"]
ROLES: tuple[str, ...] = get_args(Role)
ISSUER = "xueping"
TOKEN_LIFETIME = timedelta(days=7)


class TokenInvalid(Exception):
    """No token, or one that this stack did not issue, or an expired one."""


@dataclass(frozen=True)
class Caller:
    """`insurer` binds an adjuster, `school` a school, `region` a supervisor."""

    role: Role
    subject: str
    insurer: str | None = None
    lead: bool = False
    school: str | None = None
    region: str | None = None


def issue_token(caller: Caller, secret: str, now: datetime) -> str:
    """A development token (`xueping token`)."""
    claims = {
        "iss": ISSUER,
        "sub": caller.subject,
        "role": caller.role,
        "insurer": caller.insurer,
        "lead": caller.lead,
        "school": caller.school,
        "region": caller.region,
        "exp": now + TOKEN_LIFETIME,
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def read_token(token: str, secret: str) -> Caller:
    """Raises `TokenInvalid`."""
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], issuer=ISSUER, options={"require": ["exp", "sub"]})
    except jwt.PyJWTError:
        raise TokenInvalid from None
    bound = {name: claims.get(name) for name in ("insurer", "school", "region")}
    if (
        claims.get("role") not in ROLES
        or not _is_word(claims["sub"])
        or not all(value is None or _is_word(value) for value in bound.values())
        or (claims["role"] == "adjuster" and bound["insurer"] is None)
    ):
        raise TokenInvalid
    return Caller(role=claims["role"], subject=claims["sub"], lead=claims.get("lead") is True, **bound)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 128 and value.isprintable()
