"""Printed strings to plain values. Nothing is repaired: what has not the shape of its field is None."""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from insurance.rules.capitals import parse_capitals

# the sign before two last figures can only be the point, however it was read
_AMOUNT = re.compile(r"(-?)[¥Y]?(-?)((?:\d{1,3}(?:[,.]\d{3})+|\d+)[.,:]\d{2})元?")
_YEAR, _TIME = r"((?:19|20)\d\d)", r"\d\d?:\d\d(?::\d\d)?"
# eight figures, or a sign on both sides of the month: else a figure was lost and the day would be a guess. Without the space
# before its time a day of one figure and an hour of two can't be told from the other way round, but where a 0 or four figures tell
_DATES = (
    re.compile(rf"{_YEAR}(\d\d)(\d\d)(?:{_TIME})?"),
    re.compile(rf"{_YEAR}[-/.年](\d\d?)[-/.月](\d\d?)(?:日(?:{_TIME})?)?"),
    re.compile(rf"{_YEAR}[-/.年](?=0|\d\d?[-/.月](?:0|\d{{4}}:))(\d\d?)[-/.月](\d\d){_TIME}"),
    # no month has forty days
    re.compile(rf"{_YEAR}[-/.年](\d\d?)[-/.月]([4-9])(?=\d\d:){_TIME}"),
)
_LASTING = re.compile(r"[,;(]?共?(\d{1,5})天\)?$")
# behind a day of visit
_PART_OF_A_DAY = re.compile(r"(?:[上下]午|(?:周|星期)[一二三四五六日天])$")

_PLAIN_SIGNS = str.maketrans("∶．−", ":.-")
_NO_SECOND = ("", 0.0)
# a next guess below this is no reading at all
_LIKELY_SECOND = 0.05
# a character read less surely than this may be a later guess of the engine; such a one is worth so much
_DOUBTFUL, _HARDLY = 0.95, 0.3
# two of a hospital's end (社区卫生服务中心) less sure than this may both be later guesses
_UNCLEAR, _LONGEST_END = 0.6, 8


@dataclass(frozen=True)
class Print:
    """A piece of plain text with how sure the engine was of each of its characters, and for each its next guesses, best first,
    with the chance of the first of them."""

    text: str
    scores: tuple[float, ...]
    seconds: tuple[tuple[str, float], ...]

    def part(self, start: int, end: int | None = None) -> "Print":
        return Print(self.text[start:end], self.scores[start:end], self.seconds[start:end])

    def joined(self, other: "Print") -> "Print":
        return Print(self.text + other.text, self.scores + other.scores, self.seconds + other.seconds)

    def without(self, dropped: str) -> "Print":
        """Without these characters at both ends."""
        start = len(self.text) - len(self.text.lstrip(dropped))
        return self.part(start, max(len(self.text.rstrip(dropped)), start))

    def without_start(self, dropped: str) -> "Print":
        return self.part(len(self.text) - len(self.text.lstrip(dropped)))

    def without_end(self, dropped: str) -> "Print":
        return self.part(0, len(self.text.rstrip(dropped)))

    @property
    def score(self) -> float:
        return min(self.scores, default=0.0)

    def as_one_of(self, names: Collection[str]) -> "Print":
        """Where one character's next guess makes it a known name (中药飲片: 中药饮片), that name."""
        return self._turned_into(lambda text: text in names)

    def ending_as(self, ends: tuple[str, ...]) -> "Print":
        """Where the next guesses of one character, or of two unclear ones, make the end a known one (妇纺保健院: 妇幼保健院), with
        them."""
        one = self._turned_into(lambda text: text.endswith(ends))
        unclear = [i for i, score in enumerate(self.scores) if score < _UNCLEAR and i >= len(self.text) - _LONGEST_END]
        if one.text.endswith(ends) or len(unclear) < 2:
            return one
        first = (self._with_second(i, at) for i in unclear for at in range(len(self.seconds[i][0])))
        both = (other._turned_into(lambda text: text.endswith(ends)) for other in first)
        return next((two for two in both if two.text.endswith(ends)), self)

    def only(self, allowed: str) -> "Print":
        """Where a character can't stand here, the engine's next guess if that can: of `461:39` as a sum, `461.39`."""
        chosen = self
        for i, character in enumerate(self.text):
            second, chance = self.seconds[i]
            if character not in allowed and second[:1] in set(allowed) and chance >= _LIKELY_SECOND:
                chosen = chosen._with_second(i)
        return chosen

    def _turned_into(self, known: Callable[[str], bool]) -> "Print":
        if known(self.text):
            return self
        for i, (seconds, chance) in enumerate(self.seconds):
            for at, second in enumerate(seconds):
                # of a later guess only its place is known
                likely = self.scores[i] < _DOUBTFUL or (at == 0 and chance >= _LIKELY_SECOND)
                if likely and known(self.text[:i] + second + self.text[i + 1 :]):
                    return self._with_second(i, at)
        return self

    def _with_second(self, i: int, at: int = 0) -> "Print":
        """A next guess at one place: the first as sure as it is when what was read can't be, a later one hardly."""
        seconds, chance = self.seconds[i]
        score = min(chance / max(1 - self.scores[i], 0.01), 0.95) if at == 0 and chance >= _LIKELY_SECOND else _HARDLY
        return Print(
            self.text[:i] + seconds[at] + self.text[i + 1 :],
            (*self.scores[:i], score, *self.scores[i + 1 :]),
            (*self.seconds[:i], _NO_SECOND, *self.seconds[i + 1 :]),
        )


def plain(text: str) -> str:
    """Half-width, without spaces; `：` becomes `:`, `（` becomes `(`, `￥` becomes `¥`, the sign − a hyphen."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_PLAIN_SIGNS)


def plain_print(text: str, scores: Sequence[float], seconds: Sequence[tuple[str, float]] = ()) -> Print:
    """`plain`, character by character, with their scores."""
    guesses = [(plain(second), chance) for second, chance in seconds] or [_NO_SECOND] * len(text)
    kept = [
        (piece, score, second)
        for character, score, second in zip(text, scores, guesses, strict=True)
        for piece in plain(character)
    ]
    return Print("".join(c for c, *_ in kept), tuple(s for _, s, _ in kept), tuple(n for *_, n in kept))


def parse_amount(text: str) -> str | None:
    """`￥1,234.50` → `1234.50`, `-￥12.00` → `-12.00`. A sum without two decimals is not read: a lost point would multiply it."""
    bare = plain(text).rstrip(".:,;。")
    if re.fullmatch(r"¥?0{2,3}", bare):
        # nothing is nothing, wherever its point went
        return "0.00"
    match = _AMOUNT.fullmatch(bare)
    if match is None or (match[1] and match[2]):
        return None
    whole, cents = re.sub("[,.]", "", match[3][:-3]), match[3][-2:]
    return f"{match[1] or match[2]}{int(whole)}.{cents}"


def to_fen(amount: str) -> int:
    """`1234.50` → 123450."""
    return int(amount.replace(".", ""))


def fen_of_capitals(text: str) -> int | None:
    """A sum in capitals, below zero on a red-letter (红字) receipt: `负捌元整`, `（负数）捌元整`."""
    sign = re.match(r"负|[（(]负数[)）]", text)
    if re.match(r"零[壹贰叁肆伍陆柒捌玖][拾佰仟万元圆]", text):
        # the end of a longer sum
        return None
    fen = parse_capitals(text[sign.end() :] if sign else text)
    return -fen if sign and fen is not None else fen


def parse_date(text: str) -> str | None:
    """`20200312`, `2020-03-12`, `2020年3月12日`, with or without a time (上午, 周一) → `2020-03-12`."""
    bare = _PART_OF_A_DAY.sub("", plain(text).rstrip(".:,;"))
    return next((_iso(match) for shape in _DATES if (match := shape.fullmatch(bare))), None)


def parse_date_range(text: str) -> tuple[str | None, str | None]:
    """`20210323至20210414`, `2021-3-23 - 2021-4-14`, `2021年3月23日至2021年4月14日 共22天` → both days."""
    bare = plain(text).rstrip(".:,;")
    for second in re.finditer(r"(?=(?:19|20)\d\d)", bare):
        start = parse_date(re.sub(r"[^\d日]+$", "", bare[: second.start()]))
        end = _end_of_stay(bare[second.start() :], start) if start else None
        if end:
            return start, end
    return None, None


def _end_of_stay(text: str, start: str) -> str | None:
    """A day, and perhaps for how many days it was. Where these figures touch (`2021/4/14 22天`), the days that lie between tell
    which of them are whose."""
    lasting = _LASTING.search(text)
    if lasting is None:
        return parse_date(text)
    figures, found = lasting[1], set()
    for at in range(len(figures)):
        day = parse_date(text[: lasting.start()] + figures[:at])
        if day and int(figures[at:]) - (date.fromisoformat(day) - date.fromisoformat(start)).days in (0, 1):
            found.add(day)
    return found.pop() if len(found) == 1 else None


def _iso(match: re.Match[str]) -> str | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


_ALIKE = tuple(frozenset(signs) for signs in ("0oOQD", "1lIi|", "2zZ", "5sS", "6b", "8B", "9gq"))


def looks_like_another(text: str | None, others: Sequence[str | None]) -> bool:
    """It differs from one of the others in nothing but signs that print alike (`fob4`, `f0b4`)."""
    return text is not None and any(
        other is not None
        and other != text
        and len(other) == len(text)
        and all(a == b or any({a, b} <= signs for signs in _ALIKE) for a, b in zip(text, other, strict=True))
        for other in others
    )
