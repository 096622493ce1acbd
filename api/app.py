"""The API: parts opened once, every route, one way to fail."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI

from api import errors
from api.limits import AnswerLimit, BodyLimit
from api.parts import Parts
from api.routes import (
    callbacks,
    cases,
    catalogue,
    claims,
    complaints,
    consent_files,
    consents,
    contact,
    corrections,
    documents,
    due,
    due_policies,
    events,
    health,
    history,
    incidents,
    insured_history,
    letters,
    payees,
    policies,
    policy_documents,
    previews,
    purchases,
    reconciliations,
    renewals,
    review_queue,
    reviews,
    rosters,
    surrenders,
    takeover,
    undoing,
)
from insurance.adapters.registry import open_adapters, open_storage, system_clock
from insurance.calendar import load_calendar
from insurance.products.catalogue import load_catalogue
from insurance.settings import Settings, load_settings
from insurance.tables import Database
from workflows.client import Processes, connect

ROUTERS = (
    health.router,
    catalogue.router,
    purchases.router,
    consent_files.router,
    consents.router,
    insured_history.router,
    policies.router,
    policy_documents.router,
    corrections.router,
    renewals.router,
    claims.router,
    payees.router,
    documents.router,
    due.router,
    due_policies.router,
    events.router,
    history.router,
    reconciliations.router,
    letters.router,
    contact.router,
    complaints.router,
    review_queue.router,
    reviews.router,
    undoing.router,
    incidents.router,
    cases.router,
    surrenders.router,
    takeover.router,
    rosters.router,
    previews.router,
    callbacks.router,
)


def create_app(settings: Settings, clock: Callable[[], datetime] = system_clock) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts(settings, clock) as parts:
            app.state.parts = parts
            yield

    app = FastAPI(
        title="学平 Xueping",
        summary="学平险：投保、理赔、退保",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        responses=errors.RESPONSES,
    )
    app.add_middleware(BodyLimit, file_bytes=settings.storage.max_file_bytes)
    app.add_middleware(AnswerLimit)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def app_of_this_machine() -> FastAPI:
    """With the settings of the environment (`XUEPING_*`), for each of the server's processes."""
    return create_app(load_settings())


@asynccontextmanager
async def open_parts(settings: Settings, clock: Callable[[], datetime] = system_clock) -> AsyncIterator[Parts]:
    """No part needs to be up yet: each is reached when it is first needed."""
    database = Database(settings.database)
    client = await connect(settings.temporal, lazy=True)
    async with open_adapters(settings, clock) as adapters:
        parts = Parts(
            settings=settings,
            database=database,
            processes=Processes(client, settings.temporal),
            adapters=adapters,
            storage=open_storage(settings.storage),
            catalogue=load_catalogue(),
            calendar=load_calendar(),
            clock=clock,
        )
        try:
            yield parts
        finally:
            parts.inspector.close()
            await database.close()
