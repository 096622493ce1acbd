"""One interleaving from its first choice to the end of every process."""

from collections.abc import Callable

from tests.interleavings.choices import Choices, Script, Scripted, Seeded, shortened
from tests.interleavings.ledger import Ledger
from tests.interleavings.people import People
from tests.interleavings.promises import Promises
from tests.interleavings.server import Move
from tests.interleavings.world import MONTHS, World

STEPS = 160
PATIENCE = 1500
# after so many events a claim goes on with a new history
_LENGTHS = (4000, 40, 15)
_MOST_FAULTS = 4
# one of so many takes months
_OFFICES = 3
# how often then nobody does anything, while the usual next act is fifteen
_IDLE = 8

Books = Callable[[], Ledger]


class Broken(AssertionError):
    """A promise was broken; the text tells the way that led there, `script` is the way."""

    def __init__(self, why: str, world: World) -> None:
        super().__init__("\n".join([why, *world.log]))
        self.why, self.script = why, world.choices.made

    def found_by(self, seed: int) -> "Broken":
        self.add_note(f"seed {seed}")
        return self


def search(seed: int, books: Books = Ledger, *, replays: bool = True, tries: int = 600) -> World:
    """Raises `Broken` with the shortest way that was found."""
    try:
        return play(Seeded(seed, STEPS), books, replays=replays)
    except Broken as broken:
        first = broken

    def still_fails(script: Script) -> bool:
        again = _outcome(Scripted(script), books, replays)
        return again is not None and _kind(again.why) == _kind(first.why)

    shortest = _outcome(Scripted(shortened(first.script, still_fails, tries)), books, replays)
    raise (shortest or first).found_by(seed)


def _outcome(choices: Choices, books: Books, replays: bool) -> Broken | None:
    try:
        play(choices, books, replays=replays)
    except Broken as broken:
        return broken
    return None


def _kind(why: str) -> str:
    return "".join(letter for letter in why if not letter.isdigit())[:60]


def play(choices: Choices, books: Books = Ledger, *, replays: bool = True) -> World:
    """`replays`: every process is replayed from its past when all is over, and must say the same again."""
    length, faults, office, sampled = (choices.pick(count) for count in (len(_LENGTHS), _MOST_FAULTS, _OFFICES, 2))
    world = World(choices, books(), _LENGTHS[length], faults, office == _OFFICES - 1, sampled == 1)
    promises, people = Promises(world), People(world)
    try:
        _go(world, people, promises)
        _end(world, people, promises)
        if replays:
            _replay(world)
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}", world) from error
    finally:
        world.server.evict()
    return world


def _go(world: World, people: People, promises: Promises) -> None:
    moves = {
        "machine": lambda: world.moves(faults=True),
        "people": lambda: [*people.acts(), *_months(world) * _IDLE],
        "time": lambda: _calendar(world),
    }
    while (move := world.choices.next(moves)) is not None:
        world.make(move)
        promises.hold()


def _calendar(world: World) -> list[Move]:
    return [] if world.server.next_timer() is None else [Move("time", world.server.pass_time)]


def _months(world: World) -> list[Move]:
    """In which nobody looks at any review."""
    if world.server.next_timer() is None or not world.leaves_reviews_alone():
        return []
    return [Move("months", lambda: world.server.pass_time(MONTHS))]


def _replay(world: World) -> None:
    for process in [*world.server.ended, *world.server.processes.values()]:
        # the length of its history, on which it may end its run, is not the same without the updates it refused
        if process.end is not None and not process.end.HasField("continue_as_new_workflow_execution"):
            process.replay()


def _end(world: World, people: People, promises: Promises) -> None:
    """Everything that still runs goes on without faults; people do what is left for them, and time passes."""
    world.log.append("in the end:")
    for _ in range(PATIENCE):
        if moves := world.moves(faults=False):
            world.make(moves[0])
            promises.hold()
            continue
        promises.hold_at_rest()
        if last := people.last_act():
            world.make(last)
        elif later := _calendar(world):
            world.make(later[0])
        else:
            break
    promises.hold_in_the_end()
