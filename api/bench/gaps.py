"""Where a case's time goes, from its own timeline: mean seconds from each event to the next."""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from statistics import fmean
from typing import Any


def gaps(cases: list[dict[str, Any]]) -> dict[str, float]:
    """`{"paid → issued": seconds}` over all `cases`, in the order in which they first came."""
    found: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        events = [(event["event"], datetime.fromisoformat(event["at"])) for event in case["timeline"]]
        for (before, began), (after, ended) in pairwise(events):
            found[f"{before} → {after}"].append((ended - began).total_seconds())
    return {name: round(fmean(seconds), 4) for name, seconds in found.items()}


def reading_seconds(cases: list[dict[str, Any]]) -> list[float]:
    """From the receipt of a document until it was read, waiting for the reader included."""
    return [_between(case["timeline"], "document_received", "document_read") for case in cases]


def decision_seconds(cases: list[dict[str, Any]]) -> list[float]:
    """From the receipt of the last document to the decision, what the family did meanwhile included."""
    return [_between(case["timeline"], "document_received", "decided") for case in cases]


def _between(timeline: list[dict[str, Any]], first: str, second: str) -> float:
    at = {event["event"]: datetime.fromisoformat(event["at"]) for event in timeline}
    return (at[second] - at[first]).total_seconds()
