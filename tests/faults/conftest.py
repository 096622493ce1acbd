import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api.stack import ports
from tests.faults.killing import FOLDER
from tests.faults.world import World
from tests.running_stack import Stack

# a part that falls again and again comes back at once: how it is held back elsewhere is proved in tests/stack
AT_ONCE = (
    "from api.stack import supervisor; supervisor.LONGEST_WAIT = supervisor.SHORTEST_WAIT;"
    "from api.cli import main; main()"
)


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each point at which a worker died."""
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def killing_stack(kills: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose process worker kills itself, until it has died at every point once."""
    program = sys.executable, "-c", AT_ONCE
    stack = Stack(tmp_path_factory.mktemp("faults") / "data", ports.choose(()), program)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(kills))
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        patch.setenv("XUEPING_WORKER__INTERCEPTORS", '["tests.faults.killing:KillingInterceptor"]')
        try:
            stack.start()
            yield stack
        finally:
            stack.end()


@pytest.fixture
async def world(killing_stack: Stack) -> AsyncIterator[World]:
    async with World(killing_stack) as world:
        yield world
        for simulator in ("alipay", "insurer"):
            await world.behave(simulator)
