"""The rounds as groups."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.in_turn import in_turn
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.rounds.clinics import bilingual_bill, spaced_bill
from insurance.simulators.receipts.rounds.coded import coded_bill, discharge_grid, numbered_pairs
from insurance.simulators.receipts.rounds.counters import army_receipt, county_counter, in_sections, many_sums
from insurance.simulators.receipts.rounds.countryside import cooperative_sheet, hand_receipt, preprinted_columns
from insurance.simulators.receipts.rounds.digital import two_line_invoice, wide_invoice
from insurance.simulators.receipts.rounds.funds import capital_bill, eastern_bill, settlement_list, shares_above
from insurance.simulators.receipts.rounds.heads import names_above_sums
from insurance.simulators.receipts.rounds.lifelike import (
    delta_slip,
    northern_old,
    southern_old,
    with_details,
    with_remark,
)
from insurance.simulators.receipts.rounds.lists import ward_list
from insurance.simulators.receipts.rounds.phones import paid_by_phone, pharmacy_roll
from insurance.simulators.receipts.rounds.platforms import card_of_a_bill, values_below, with_leaders
from insurance.simulators.receipts.sheet import Sheet

ROUNDS: tuple[dict[str, Callable[[Random], Sheet]], ...] = (
    {
        "settlement_list": settlement_list,
        "bilingual_bill": bilingual_bill,
        "names_above_sums": names_above_sums,
        "shares_above": shares_above,
        "two_line_invoice": two_line_invoice,
    },
    {
        "cooperative_sheet": cooperative_sheet,
        "paid_by_phone": paid_by_phone,
        "capital_bill": capital_bill,
        "spaced_bill": spaced_bill,
        "pharmacy_roll": pharmacy_roll,
    },
    {
        "preprinted_columns": preprinted_columns,
        "eastern_bill": eastern_bill,
        "hand_receipt": hand_receipt,
        "ward_list": ward_list,
        "wide_invoice": wide_invoice,
    },
    {
        "with_details": with_details,
        "with_remark": with_remark,
        "southern_old": southern_old,
        "delta_slip": delta_slip,
        "northern_old": northern_old,
    },
    {
        "card_of_a_bill": card_of_a_bill,
        "coded_bill": coded_bill,
        "with_leaders": with_leaders,
        "numbered_pairs": numbered_pairs,
        "discharge_grid": discharge_grid,
    },
    {
        "values_below": values_below,
        "army_receipt": army_receipt,
        "in_sections": in_sections,
        "many_sums": many_sums,
        "county_counter": county_counter,
    },
)


def round_1(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_1", ROUNDS[0], count, seed)


def round_2(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_2", ROUNDS[1], count, seed)


def round_3(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_3", ROUNDS[2], count, seed)


def round_4(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_4", ROUNDS[3], count, seed)


def round_5(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_5", ROUNDS[4], count, seed)


def round_6(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("round_6", ROUNDS[5], count, seed)
