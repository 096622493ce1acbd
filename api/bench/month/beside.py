"""What runs beside the month, each in a process of its own; and what they all know: the time, and whether anything is at work."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from typing import Any

START_SECONDS, END_SECONDS = 60.0, 10.0
# how often they look whether the month is over, or gone
LOOK_SECONDS = 1.0


class Shared:
    """`now`: the month's time, ahead of the machine's. `at_work`: steps under way; `steps`: begun so far. Only the workers count."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._seconds = spawn.Value("d", 0.0)
        self._at_work, self._steps = spawn.Value("q", 0, lock=False), spawn.Value("q", 0, lock=False)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._seconds.value)

    def seen(self, instant: datetime) -> None:
        """Never back."""
        with self._seconds.get_lock():
            self._seconds.value = max(self._seconds.value, (instant - datetime.now(UTC)).total_seconds())

    @property
    def at_work(self) -> int:
        return int(self._at_work.value)

    @property
    def steps(self) -> int:
        return int(self._steps.value)

    def begun(self) -> None:
        self._at_work.value += 1
        self._steps.value += 1

    def ended(self) -> None:
        self._at_work.value -= 1


class Lifetime:
    """Of a process beside the month: it says when it is ready, and ends with the month, however that ends."""

    def __init__(self, ready: Event, over: Event) -> None:
        self._ready, self._over = ready, over

    def begin(self) -> None:
        self._ready.set()

    def wait(self) -> None:
        """Until it is over. Blocks."""
        parent = multiprocessing.parent_process()
        while not self._over.wait(LOOK_SECONDS) and parent is not None and parent.is_alive():
            pass


@contextmanager
def beside(run: Callable[..., None], *given: Any) -> Iterator[None]:
    """`run(lifetime, *given)` in another process. Raises RuntimeError when it does not get ready."""
    spawn = multiprocessing.get_context("spawn")
    ready, over = spawn.Event(), spawn.Event()
    process = spawn.Process(target=run, args=(Lifetime(ready, over), *given), daemon=True)
    process.start()
    try:
        if not ready.wait(START_SECONDS):
            raise RuntimeError(f"{run.__module__} did not start")
        yield
    finally:
        over.set()
        process.join(END_SECONDS)
        process.kill()
