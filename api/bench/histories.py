"""The steps of a real process, counted in its history: activities, local activities, and what else the engine wrote."""

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from api.bench.bare import Steps

LOCAL_MARKER = "core_local_activity"


async def steps_of(client: Client, process_id: str) -> tuple[Steps, dict[str, int]]:
    """The steps of the process, and how many events of each kind its history has. Payloads stay as they are."""
    events: Counter[str] = Counter()
    local = 0
    history: Awaitable[Any] = client.get_workflow_handle(process_id).fetch_history()
    for event in (await history).events:
        events[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()] += 1
        local += event.marker_recorded_event_attributes.marker_name == LOCAL_MARKER
    return Steps(events["activity_task_scheduled"], local), dict(events)
