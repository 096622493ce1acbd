"""Is it alive, can it serve, and how is it doing."""

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import TheParts
from api.patience import succeeds_within
from insurance.calendar import calendar_warning

router = APIRouter(tags=["health"])

CHECK_SECONDS = 4.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(parts: TheParts) -> JSONResponse:
    """200 when the database, the store and Temporal answer; 503 says which one does not."""
    checks = {
        "database": succeeds_within(CHECK_SECONDS, parts.database.ready()),
        "storage": succeeds_within(CHECK_SECONDS, parts.storage.ready()),
        "temporal": succeeds_within(CHECK_SECONDS, parts.processes.ready()),
    }
    results = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
    ready = all(results.values())
    body = {"status": "ready" if ready else "unavailable", "parts": results}
    warning = calendar_warning(parts.calendar, parts.today())
    if warning:
        body["calendar"] = warning
    return JSONResponse(body, 200 if ready else 503, {} if ready else {"retry-after": "3"})


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
