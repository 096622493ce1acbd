import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from api.demo.door import Door, last_seq
from api.demo.record import WalkFailed
from insurance.simulators.process import in_background

STATES = ["reported", "reading", "closed"]


def event(seq):
    return {"seq": seq, "at": "2026-03-02T10:00:00+08:00", "event": "e", "text": f"{seq}"}


class Server:
    """A case that goes one state further each time somebody looks."""

    def __init__(self):
        self.seen = 0

    async def case(self, _request):
        state = STATES[min(self.seen, 2)]
        self.seen += 1
        return JSONResponse({"state": state, "timeline": [event(n + 1) for n in range(min(self.seen, 3))]})

    async def events(self, request):
        after = int(request.headers.get("last-event-id", 0))
        lines = [f"data: {json.dumps(event(n) | {'state': STATES[n - 1]})}\n\n" for n in (1, 2, 3) if n > after]
        return StreamingResponse(iter([": here\n\n", *lines]), media_type="text/event-stream")

    async def refused(self, _request):
        problem = {"code": "illegal_move", "title": "现在不能这样做", "errors": [{"field": "state"}]}
        return JSONResponse(problem, 409)


@pytest.fixture
def door():
    server = Server()
    routes = [
        Route("/case", server.case),
        Route("/case/events", server.events),
        Route("/refused", server.refused, methods=["POST"]),
    ]
    with in_background(Starlette(routes=routes)) as url:
        yield Door(url, "token")


def test_polling_ends_in_a_wanted_state_and_tells_every_line_once(door):
    told = []
    assert door.poll("/case", ("closed",), told.append)["state"] == "closed"
    assert [line["seq"] for line in told] == [1, 2, 3]


def test_polling_leaves_out_what_was_told_before(door):
    told = []
    door.poll("/case", ("closed",), told.append, after=2)
    assert [line["seq"] for line in told] == [3]


def test_following_reads_the_events_until_a_wanted_state(door):
    told = []
    door.follow("/case", ("reading",), told.append)
    assert [line["state"] for line in told] == ["reported", "reading"]


def test_following_goes_on_behind_the_last_line(door):
    told = []
    door.follow("/case", ("closed",), told.append, after=2)
    assert [line["seq"] for line in told] == [3]


def test_another_status_is_one_line_with_code_and_words(door):
    with pytest.raises(WalkFailed) as refusal:
        door.post("/refused", {}, status=201)
    line = str(refusal.value)
    assert "\n" not in line
    assert all(word in line for word in ("POST /refused", "409", "illegal_move", "现在不能这样做"))


def test_a_server_that_is_not_there_is_one_line():
    with pytest.raises(WalkFailed, match="没有回答"):
        Door("http://127.0.0.1:9").get("/case")


def test_the_last_line_of_no_lines_is_none():
    assert last_seq({"timeline": []}) == 0
