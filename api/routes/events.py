"""A claim as it goes on (server-sent events): each new line of its timeline, with the state that the claim is in by
now: of lines that are told again, not the one that each of them led to."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from api.auth import Caller
from api.deps import ObjectId, ParentOrAdjuster, TheParts
from api.parts import Parts
from api.routes.claims import visible_claim
from api.timeline import timeline_of

router = APIRouter(prefix="/v1/claims", tags=["claims"])

POLL_SECONDS = 0.5
KEEPALIVE_POLLS = 30
# a client whose stream ends reconnects by itself, with the id of the last event it saw
STREAM_POLLS = 1200
ENDED = ("closed", "withdrawn")


@router.get("/{claim_id}/events")
async def events(
    parts: TheParts,
    caller: ParentOrAdjuster,
    claim_id: ObjectId,
    request: Request,
    last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,9}$")] = None,
) -> StreamingResponse:
    """From the beginning, or from behind `Last-Event-ID`. Ends when the claim has ended."""
    async with parts.database.transaction() as session:
        await visible_claim(session, caller, claim_id)
    stream = _stream(parts, caller, claim_id, request, int(last_event_id or 0))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _stream(parts: Parts, caller: Caller, claim_id: str, request: Request, seen: int) -> AsyncIterator[str]:
    for poll in range(STREAM_POLLS):
        async with parts.database.transaction() as session:
            claim = await visible_claim(session, caller, claim_id)
            found = await timeline_of(session, claim_id, after=seen)
        for event in found:
            seen = event["seq"]
            data = json.dumps(event | {"state": claim.state}, ensure_ascii=False)
            yield f"id: {seen}\nevent: {event['event']}\ndata: {data}\n\n"
        if claim.state in ENDED or await request.is_disconnected():
            return
        if poll % KEEPALIVE_POLLS == KEEPALIVE_POLLS - 1:
            yield ": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)
