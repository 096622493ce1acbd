"""Which layouts the group shows, and how: each layout in the classes of the sample set, and scenes of its own."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.dev.invoices import digital_invoice, older_invoice
from insurance.simulators.receipts.dev.machine import machine_invoice
from insurance.simulators.receipts.dev.provinces import beijing, heilongjiang, jiangsu, shanghai
from insurance.simulators.receipts.dev.slips import thermal_slip
from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.mixture import Mixture
from insurance.simulators.receipts.scenes import SCENES
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import LAYOUTS


def national(rng: Random) -> Sheet:
    """A known layout, for scenes that are new with it."""
    return draw_sheet(invent_known(rng, rng.choice(LAYOUTS)))


LAYOUTS_SEEN: dict[str, Callable[[Random], Sheet]] = {
    "beijing": beijing,
    "shanghai": shanghai,
    "jiangsu": jiangsu,
    "heilongjiang": heilongjiang,
    "thermal": thermal_slip,
    "vat_older": older_invoice,
    "vat_digital": digital_invoice,
    "machine_invoice": machine_invoice,
}
_MIXTURE = Mixture(
    group="dev",
    layouts=LAYOUTS_SEEN,
    text_layer=("beijing", "shanghai", "jiangsu", "heilongjiang", "vat_older", "vat_digital"),
    narrow=("thermal",),
    national=national,
    scenes=SCENES,
)


def dev(count: int, seed: int) -> Iterator[Labelled]:
    return _MIXTURE.draw(count, seed)
