"""How well receipts are known again by their likeness (rules/receipts/likeness.py): `python -m tests.measured.likeness`.

Prints of drawn receipts with errors of reading put in, thousands of pairs in a minute. With `--pictures N` also N pairs of
pictures, each read by the engine: minutes. The figures stand in docs/findings.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from insurance.rules.receipts.likeness import Likeness, alike, likeness, search_keys
from insurance.rules.receipts.reading import ReceiptFields, ReceiptReading
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.pairs import look_alike, pairs
from insurance.simulators.receipts.spec import LAYOUTS, Printed, ReceiptSpec, print_out

KEY = b"measured"
# chance that a print is misread, or not found at all
READINGS = {"usual": (0.03, 0.03), "poor": (0.08, 0.10), "a third cut away": (0.05, 0.30)}
# what stays the same from visit to visit of one patient
PATIENTS = ("record_no", "insurance_no", "payer_id")
FIELDS = (
    "bill_code", "bill_no", "check_code", "date", "total", "pool_pay", "other_pay", "account_pay", "cash_pay", "self_pay",
    "self_expense",
)  # fmt: skip


def cases(spec: ReceiptSpec, rng: Random) -> Iterator[tuple[str, Printed]]:
    first = print_out(spec)
    patient = {name: first.extras[name] for name in PATIENTS}
    number, check = f"{rng.randrange(10**10):010d}", f"{rng.randrange(16**6):06x}"
    yield "the same receipt", first
    yield "the same, its number altered", _altered(first, bill_no=number)
    yield "the same, number and check code altered", _altered(first, bill_no=number, check_code=check)
    total = {name: f"9{first.fields[name]}" for name in ("total", "cash_pay")}
    yield "the same, number and total altered", _altered(first, bill_no=number, **total)
    later = print_out(look_alike(spec, rng))
    yield "another visit of the child", replace(later, extras=later.extras | patient)
    twin = print_out(replace(spec, bill_no=number, check_code=check, payer="别人", seed=rng.randrange(10**9)))
    yield "another child, the same sums and day", twin
    yield "the same child, sums and day, other numbers", replace(twin, extras=twin.extras | patient)


def _altered(printed: Printed, **values: str) -> Printed:
    return replace(printed, fields=printed.fields | values)


def seen(printed: Printed, rng: Random, misread: float, missed: float) -> Likeness:
    """What a reader tells of these prints."""
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    names = ["serial_no", "record_no", "insurance_no", "payer_id"]
    names += ["stay", "prepaid", "topped_up", "refunded"] if spec.inpatient else ["visit_date"]
    prints = [extras[name] for name in names] + [fields[name] for name in FIELDS if fields[name]]
    prints += [item["amount"] for item in fields["items"]]
    told = [_misread(text, rng) if rng.random() < misread else text for text in prints if rng.random() >= missed]
    known = {name: fields[name] for name in FIELDS[:5] if fields[name] and rng.random() >= misread + missed}
    return likeness(told, ReceiptFields(**known), KEY)


def _misread(text: str, rng: Random) -> str:
    places = [i for i, character in enumerate(text) if character.isdigit()]
    place = rng.choice(places or range(len(text)))
    return text[:place] + rng.choice("0123456789") + text[place + 1 :]


def is_found(one: Likeness, other: Likeness) -> bool:
    return alike(one, other) and bool(set(search_keys(one)) & set(search_keys(other)))


def measure_prints(count: int) -> None:
    for name, (misread, missed) in READINGS.items():
        found: Counter[str] = Counter()
        for seed in range(count):
            rng = Random(f"likeness-{seed}")
            spec = invent_known(rng, rng.choice(LAYOUTS))
            known = seen(print_out(spec), rng, *READINGS["usual"])
            for case, printed in cases(spec, rng):
                found[case] += is_found(known, seen(printed, rng, misread, missed))
        sys.stdout.write(f"{name}\n")
        for case, hits in found.items():
            sys.stdout.write(f"  {case:45} {hits / count:7.1%} of {count}\n")


def measure_pictures(count: int) -> None:
    from insurance.adapters.ocr.reading import read_file
    from insurance.adapters.registry import open_reader
    from insurance.settings import OcrSettings

    reader, tally = open_reader(OcrSettings()), Counter[str]()
    for seed in range(count):
        *files, same = pairs(seed)
        read = [read_file(data, reader).receipts for data in files]
        if not all(read):
            tally["not read"] += 1
            continue
        one, other = (receipts[0] for receipts in read)
        kind = "same" if same else "other"
        tally[kind] += 1
        tally[f"{kind}, found"] += is_found(_of(one), _of(other))
        tally[f"{kind}, found without number and check code"] += is_found(_of(one), _of(_unnumbered(other)))
    for name, hits in sorted(tally.items()):
        sys.stdout.write(f"{name:50} {hits}\n")


def _of(reading: ReceiptReading) -> Likeness:
    return likeness(reading.basis.prints, reading.fields, KEY)


def _unnumbered(reading: ReceiptReading) -> ReceiptReading:
    """As if the corner with the numbers were cut away."""
    numbers = [n for n in (reading.fields.bill_no, reading.fields.check_code) if n]
    prints = tuple(p for p in reading.basis.prints if not any(number in p for number in numbers))
    fields = replace(reading.fields, bill_no=None, check_code=None)
    return replace(reading, fields=fields, basis=replace(reading.basis, prints=prints))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--prints", type=int, default=1000)
    arguments.add_argument("--pictures", type=int, default=0)
    asked = arguments.parse_args()
    measure_prints(asked.prints)
    measure_pictures(asked.pictures)
