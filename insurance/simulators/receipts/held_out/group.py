"""The layouts of the group and how they are mixed."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.held_out.combined import combined_page
from insurance.simulators.receipts.held_out.county import county_receipt
from insurance.simulators.receipts.held_out.roll_invoice import roll_invoice
from insurance.simulators.receipts.held_out.scenes import HELD_OUT_SCENES
from insurance.simulators.receipts.held_out.southern import numbered_receipt, upright_receipt
from insurance.simulators.receipts.held_out.tills import community_slip, pharmacy_slip
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.mixture import Mixture
from insurance.simulators.receipts.sheet import Sheet

HELD_OUT_LAYOUTS: dict[str, Callable[[Random], Sheet]] = {
    "county_receipt": county_receipt,
    "upright_receipt": upright_receipt,
    "community_slip": community_slip,
    "vat_roll": roll_invoice,
    "combined_page": combined_page,
    "numbered_receipt": numbered_receipt,
    "pharmacy_slip": pharmacy_slip,
}


def _national(rng: Random) -> Sheet:
    return draw_sheet(invent_known(rng, rng.choice(("outpatient", "inpatient"))))


_MIXTURE = Mixture(
    group="held_out",
    layouts=HELD_OUT_LAYOUTS,
    text_layer=("upright_receipt", "combined_page", "numbered_receipt"),
    narrow=("community_slip", "vat_roll", "pharmacy_slip"),
    national=_national,
    scenes=HELD_OUT_SCENES,
    tall=("combined_page",),
)


def held_out(count: int, seed: int) -> Iterator[Labelled]:
    return _MIXTURE.draw(count, seed)
