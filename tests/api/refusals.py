import re

import httpx


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def problems_of(
    answer: httpx.Response, field: str | None = None, statuses: tuple[int, ...] = (422,), code: str | None = None
) -> str | None:
    """What is wrong with an answer that must be a clear refusal: RFC 9457, a stable code, Chinese words, the field."""
    if answer.status_code not in statuses:
        return f"answered {answer.status_code}: {answer.text[:200]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"is {answer.headers['content-type']}"
    body = answer.json()
    if body["status"] != answer.status_code or not is_code(body["code"]) or not is_chinese(body["title"]):
        return f"status {body['status']}, code {body['code']}, title {body['title']}"
    for error in body["errors"]:
        if not is_code(error["code"]) or not is_chinese(error["message"]):
            return f"error {error}"
    fields = [error["field"] for error in body["errors"]]
    if field is not None and not any(found == field or found.startswith(f"{field}.") for found in fields):
        return f"names {fields}"
    return f"code {body['code']}" if code not in (None, body["code"]) else None


def is_code(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*", text) is not None
