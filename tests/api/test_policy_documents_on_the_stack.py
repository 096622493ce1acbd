import asyncio
import io
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from stack_door import open_stack_door
from test_letters_on_the_stack import ask

from api.demo.people import family, taken_over
from insurance.products.catalogue import load_catalogue
from insurance.rules.cover import shanghai_day
from insurance.rules.verification import verification_code
from tests.running_stack import Stack

pytestmark = pytest.mark.stack
POLICY = "EPOLICY77002"


async def test_a_stack_signs_e_policies_with_a_certificate_of_its_own(stack: Stack):
    today = shanghai_day(datetime.now(UTC))
    owner, product = family(77_002, "李志明", "李知行", today), load_catalogue().product("changsha-2024-plan-2")
    sold = {"product_id": product.product_id, "premium_fen": product.premium_fen}
    row = taken_over(sold, owner, POLICY, today - timedelta(days=80))
    async with open_stack_door(stack) as door:
        await ask(door, door.adjuster(), "PUT", "/v1/insurers/xiangjiang/policies", json={"policies": [row]})
        path = f"/v1/policies/{POLICY}/document"
        files = await asyncio.gather(*(ask(door, door.parent(owner.account), "GET", path) for _ in range(2)))
        _, _, authority = pem.unarmor(await ask(door, {}, "GET", "/v1/insurers/xiangjiang/certificate"))
        code = verification_code(POLICY, stack.environment["XUEPING_SIGNING__CODE_SECRET"])
        seen = await ask(door, {}, "GET", f"/v1/verify/{POLICY}?c={code}")
    assert files[0] == files[1]
    (signature,) = PdfFileReader(io.BytesIO(files[0])).embedded_signatures
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(authority)], allow_fetching=False)
    assert (await async_validate_pdf_signature(signature, trusted)).bottom_line
    assert (seen["state"], seen["insured_name"]) == ("in_force", "李**") and seen["document"] is not None
