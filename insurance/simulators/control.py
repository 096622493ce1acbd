"""The control endpoint that only simulators have: faults, the ledger, old notices again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from insurance.simulators.database import Database
from insurance.simulators.faults import Faults
from insurance.simulators.outbox import Outbox


def serving(routes: Sequence[BaseRoute], outbox: Outbox, database: Database) -> Starlette:
    """A simulator that sends the notices it owes for as long as it answers."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(outbox.run())
        yield
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        database.close()

    return Starlette(routes=routes, lifespan=lifespan)


def control_routes(faults: Faults, outbox: Outbox, ledger: Callable[[str | None], list[dict[str, Any]]]) -> list[Route]:
    async def set_fault(request: Request) -> Response:
        try:
            faults.add(await request.json())
        except (ValueError, TypeError) as error:
            return JSONResponse({"code": "INVALID_FAULT", "message": str(error)}, 422)
        return JSONResponse({"faults": faults.shown()}, 201)

    async def show_faults(_: Request) -> Response:
        return JSONResponse({"faults": faults.shown()})

    async def clear_faults(_: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    async def show_ledger(request: Request) -> Response:
        return JSONResponse({"entries": ledger(request.query_params.get("key"))})

    async def show_notices(_: Request) -> Response:
        return JSONResponse({"notices": outbox.shown()})

    async def replay(request: Request) -> Response:
        try:
            body = await request.json() if await request.body() else {}
        except JSONDecodeError:
            return JSONResponse({"code": "INVALID_REQUEST", "message": "the body is no JSON"}, 422)
        about = body.get("key") if isinstance(body, dict) else None
        return JSONResponse({"sent": await outbox.replay(about)})

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return [
        Route("/healthz", health),
        Route("/_simulator/faults", set_fault, methods=["POST"]),
        Route("/_simulator/faults", show_faults, methods=["GET"]),
        Route("/_simulator/faults", clear_faults, methods=["DELETE"]),
        Route("/_simulator/ledger", show_ledger),
        Route("/_simulator/notices", show_notices),
        Route("/_simulator/notices/replay", replay, methods=["POST"]),
    ]
