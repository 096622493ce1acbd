"""The chained history of a case (操作记录链): each entry's hash covers the entry before it, so that none can be changed, taken out
or put between without every later hash telling.

`recorded_at` is the database's time, `at` the process's. A workflow task that was lost with its worker may have told events that
never came to be (docs/decisions.md 24): they stay, and count as superseded.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

# what the first entry of a process stands on
GENESIS = "0" * 64


@dataclass(frozen=True)
class Told:
    """One event as its process told it. `reason` is for staff alone."""

    seq: int
    event: str
    by: str
    text: str
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Link:
    """Where a chain ends: the number and hash of its last entry."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Entry:
    """`number` counts a process's entries from 1 without gaps; `hash` is hex, 64 characters."""

    process_id: str
    number: int
    seq: int
    event: str
    by: str
    text: str
    reason: str | None
    at: datetime
    recorded_at: datetime
    previous_hash: str
    hash: str


def hash_of(process_id: str, number: int, told: Told, recorded_at: datetime, previous_hash: str) -> str:
    """SHA-256 over the entry and the hash before it, as JSON with sorted names, no spaces, times in UTC to the microsecond.
    Chains that stand are checked with it: it can't ever change."""
    content = {
        **asdict(told),
        "at": _utc(told.at),
        "number": number,
        "previous_hash": previous_hash,
        "process_id": process_id,
        "recorded_at": _utc(recorded_at),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def chained(process_id: str, last: Link, told: Sequence[Told], recorded_at: datetime) -> tuple[Entry, ...]:
    """The entries that continue a chain which ends with `last`."""
    entries = []
    for one in told:
        number = last.number + 1
        link = Link(number, hash_of(process_id, number, one, recorded_at, last.hash))
        entries.append(
            Entry(process_id, number, one.seq, one.event, one.by, one.text, one.reason, one.at, recorded_at, last.hash, link.hash)
        )  # fmt: skip
        last = link
    return tuple(entries)


def broken_at(entries: Sequence[Entry], timeline: Collection[tuple[int, datetime]] = ()) -> int | None:
    """The number of the first entry of one process that can't be believed, None when the chain is whole. `entries` by number.
    `timeline`: number and time of each event that the case is known by; one without an entry means that the end is missing."""
    last = Link()
    for entry in entries:
        told = Told(entry.seq, entry.event, entry.by, entry.text, entry.reason, entry.at)
        expected = hash_of(entry.process_id, last.number + 1, told, entry.recorded_at, last.hash)
        if (entry.number, entry.previous_hash, entry.hash) != (last.number + 1, last.hash, expected):
            return last.number + 1
        last = Link(entry.number, entry.hash)
    known = {(entry.seq, entry.at) for entry in entries}
    return None if known.issuperset(timeline) else last.number + 1


def superseded(entries: Sequence[Entry], timeline: Collection[tuple[int, datetime]]) -> frozenset[int]:
    """Numbers of entries of one process that something later took the place of: a process's time only moves on, so that an event
    which is earlier than one of the same or a lower `seq` was told by a task that was lost. What still stands in `timeline` does
    not count: people's remarks come from several clocks. That an event is gone from there alone says nothing."""
    out, latest = set(), datetime.min.replace(tzinfo=UTC)
    for entry in sorted(entries, key=lambda e: (e.seq, -e.at.timestamp())):
        if entry.at < latest and (entry.seq, entry.at) not in timeline:
            out.add(entry.number)
        latest = max(latest, entry.at)
    return frozenset(out)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
