"""How good readings are against truth files: exact, empty or wrong, by field; and what was called certain and was wrong."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from insurance.rules.receipts.reading import FIELD_NAMES, ReceiptReading

CERTAIN_FROM = 0.99


@dataclass
class Tally:
    """Counts by field name (`items` counts lines, `all` every field but the items) and outcome (`exact`, `null`, `wrong`). `blank`:
    those that are neither printed nor read, which are exact. `marked`: void or red-letter receipts; `invented`: receipts told of
    that are not there. `_found`, `_suspected`: by a check that failed as an error; `_asked`: by a warning too, which takes the
    receipt to a person all the same."""

    fields: dict[str, Counter[str]] = field(default_factory=dict)
    blank: Counter[str] = field(default_factory=Counter)
    certain: int = 0
    certain_wrong: int = 0
    tampered: int = 0
    tampered_found: int = 0
    tampered_asked: int = 0
    honest: int = 0
    honest_suspected: int = 0
    honest_asked: int = 0
    marked: int = 0
    marked_found: int = 0
    marked_asked: int = 0
    invented: int = 0

    def count(self, name: str, outcome: str, times: int = 1) -> None:
        self.fields.setdefault(name, Counter())[outcome] += times

    def document(self) -> dict[str, Any]:
        fields = {name: dict(counts) for name, counts in self.fields.items()}
        return {**vars(self), "fields": fields, "blank": dict(self.blank)}

    def share(self, name: str, outcome: str) -> float:
        counts = self.fields.get(name, Counter())
        return counts[outcome] / total if (total := sum(counts.values())) else 0.0

    def share_of_printed(self, name: str) -> float | None:
        """What is exact without what is neither printed nor read; None where nothing else is there."""
        counts, blank = self.fields.get(name, Counter()), self.blank[name]
        told = sum(counts.values()) - blank
        return (counts["exact"] - blank) / told if told else None

    def add(self, truth: dict[str, Any], reading: ReceiptReading | None) -> None:
        """One receipt. `truth` has `fields` as printed and `tampered`; None: nothing was read."""
        printed = truth["fields"]
        for name in FIELD_NAMES:
            if name == "items":
                self._items(printed["items"], reading)
                continue
            value = getattr(reading.fields, name) if reading else None
            outcome = "exact" if value == printed[name] else "null" if value is None else "wrong"
            for counted in (name, "all"):
                self.count(counted, outcome)
                if value is None and printed[name] is None:
                    self.blank[counted] += 1
            self._certainty(name, reading, outcome == "exact")
        self._suspicion(truth, reading)

    def _items(self, printed: list[dict[str, str]], reading: ReceiptReading | None) -> None:
        """A line of which half is right and half another's is wrong, and so is each that nobody printed."""
        read = [(item.name, item.amount) for item in reading.fields.items] if reading else []
        lines = [(item["name"], item["amount"]) for item in printed]
        left, missed = list(read), []
        for line in lines:
            if line in left:
                left.remove(line)
                self.count("items", "exact")
            else:
                missed.append(line)
        for name, amount in missed:
            near = next((other for other in left if other[0] == name or other[1] == amount), None)
            if near is not None:
                left.remove(near)
            self.count("items", "wrong" if near is not None and None not in near else "null")
        for invented in left:
            self.count("items", "wrong" if None not in invented else "null")
        # columns may be read down or across
        self._certainty("items", reading, Counter(read) == Counter(lines))

    def _certainty(self, name: str, reading: ReceiptReading | None, right: bool) -> None:
        if reading and reading.confidence.get(name, 0.0) >= CERTAIN_FROM:
            self.certain += 1
            self.certain_wrong += not right

    def _suspicion(self, truth: dict[str, Any], reading: ReceiptReading | None) -> None:
        failed = {check.level for check in reading.checks if not check.ok} if reading else set()
        suspected, asked = "error" in failed, bool(failed & {"error", "warning"})
        if truth.get("mark"):
            self.marked += 1
            self.marked_found += suspected
            self.marked_asked += asked
        elif truth.get("tampered"):
            self.tampered += 1
            self.tampered_found += suspected
            self.tampered_asked += asked
        else:
            self.honest += 1
            self.honest_suspected += suspected
            self.honest_asked += asked
