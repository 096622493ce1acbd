import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from payments_bench import APP_ID, KeyPair, SimulatorBench, a_transfer, an_order

from insurance.adapters.payments.http import AlipayPayments
from insurance.adapters.ports import PaymentsUnavailable, SignatureInvalid

MadePayments = Callable[..., AlipayPayments]


@pytest.fixture
def make(app_keys: KeyPair, gateway_keys: KeyPair, client: httpx.AsyncClient, simulator: str) -> MadePayments:
    def made(
        *,
        private: str = app_keys.private,
        public: str = gateway_keys.public,
        client: httpx.AsyncClient = client,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        app_id: str = APP_ID,
    ) -> AlipayPayments:
        url = f"{simulator}/gateway.do"
        return AlipayPayments(url, app_id, private, public, client, notify_url="http://127.0.0.1:9/n", clock=clock)

    return made


def answering(gateway_keys: KeyPair, name: str, content: dict[str, str]) -> httpx.AsyncClient:
    key = load_pem_private_key(gateway_keys.private.encode(), None)
    text = json.dumps(content, ensure_ascii=False)
    sign = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()  # type: ignore[union-attr,call-arg,arg-type]
    body = f'{{"{name}_response": {text}, "sign": "{sign}"}}'
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, text=body)))


async def test_a_request_signed_with_another_key_is_not_taken_for_a_refusal(make: MadePayments) -> None:
    with pytest.raises(PaymentsUnavailable, match=r"isv\.invalid-signature"):
        await make(private=KeyPair.new().private).transfer(a_transfer())


async def test_another_app_is_not_served(make: MadePayments) -> None:
    with pytest.raises(PaymentsUnavailable, match=r"isv\.invalid-app-id"):
        await make(app_id="2021000000000009").query_trade("T")


async def test_a_request_of_an_hour_ago_is_not_served(make: MadePayments) -> None:
    order = a_transfer()
    with pytest.raises(PaymentsUnavailable, match=r"isv\.invalid-timestamp"):
        await make(clock=lambda: datetime.now(UTC) - timedelta(hours=1)).transfer(order)
    assert (await make().query_transfer(order.out_biz_no)).status == "not_found"


async def test_an_answer_that_the_gateway_did_not_sign_is_not_believed(make: MadePayments) -> None:
    with pytest.raises(PaymentsUnavailable):
        await make(public=KeyPair.new().public).query_trade("T")


@pytest.mark.parametrize("text", ["", "<html>", "[]", "{}", '{"alipay_trade_query_response": {"code": "10000"}}'])
async def test_an_answer_in_another_form_is_not_believed(make: MadePayments, text: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=text))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(PaymentsUnavailable):
            await make(client=client).query_trade("T")


@pytest.mark.parametrize("field", [{"total_amount": "1.2.3"}, {"send_pay_date": "yesterday"}, {"code": "x"}])
async def test_a_signed_answer_that_makes_no_sense_is_unavailable(
    make: MadePayments, gateway_keys: KeyPair, field: dict[str, str]
) -> None:
    content = {"code": "10000", "trade_status": "TRADE_SUCCESS", "total_amount": "1.00"} | field
    async with answering(gateway_keys, "alipay_trade_query", content) as client:
        with pytest.raises(PaymentsUnavailable):
            await make(client=client).query_trade("T")


async def test_braces_in_a_text_do_not_spoil_the_proof(make: MadePayments, gateway_keys: KeyPair) -> None:
    content = {"code": "10000", "trade_status": "WAIT_BUYER_PAY", "total_amount": "1.00", "subject": "} { \\ 学平险"}
    async with answering(gateway_keys, "alipay_trade_query", content) as client:
        assert (await make(client=client).query_trade("T")).status == "waiting"


async def test_a_transfer_names_nobody_in_its_address(make: MadePayments) -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as client:
        with pytest.raises(PaymentsUnavailable):
            await make(client=client).transfer(a_transfer("13800138000"))
    assert seen[0].url.query == b""
    assert "13800138000" in parse_qs(seen[0].content.decode())["biz_content"][0]


async def test_errors_name_nobody(make: MadePayments) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text='{"error_response": {"sub_msg": "黄小明"}}'))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(PaymentsUnavailable) as error:
            await make(client=client).transfer(a_transfer())
    assert "黄小明" not in str(error.value)
    assert error.value.__cause__ is None and error.value.__suppress_context__


async def test_keys_as_alipays_tool_prints_them_serve_too(
    make: MadePayments, app_keys: KeyPair, gateway_keys: KeyPair
) -> None:
    private, public = ("".join(pem.strip().splitlines()[1:-1]) for pem in (app_keys.private, gateway_keys.public))
    assert (await make(private=private, public=public).query_trade("never")).status == "not_found"


def test_a_page_address_says_until_when_it_can_be_paid(make: MadePayments) -> None:
    order = an_order(120_00)
    query = parse_qs(urlsplit(make().page_pay_url(order)).query)
    content = json.loads(query["biz_content"][0])
    assert content["total_amount"] == "120.00"
    assert content["time_expire"] == f"{order.expires_at + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    assert query["notify_url"] == ["http://127.0.0.1:9/n"] and query["sign_type"] == ["RSA2"]


async def test_a_notice_for_another_app_is_not_ours(at_simulator: SimulatorBench, make: MadePayments) -> None:
    order = an_order()
    await at_simulator.pay(order)
    (form,) = await at_simulator.notices(order.out_trade_no, 1)
    with pytest.raises(SignatureInvalid):
        make(app_id="2021000000000009").parse_notice(form)


async def test_a_notice_signed_by_somebody_else_is_not_believed(
    at_simulator: SimulatorBench, make: MadePayments
) -> None:
    order = an_order()
    await at_simulator.pay(order)
    (form,) = await at_simulator.notices(order.out_trade_no, 1)
    with pytest.raises(SignatureInvalid):
        make(public=KeyPair.new().public).parse_notice(form)
    with pytest.raises(SignatureInvalid):
        make().parse_notice(form | {"sign_type": "RSA"})


async def test_nobody_at_the_gateways_address_is_unavailable(
    app_keys: KeyPair, gateway_keys: KeyPair, client: httpx.AsyncClient
) -> None:
    payments = AlipayPayments(
        "http://127.0.0.1:9/gateway.do", APP_ID, app_keys.private, gateway_keys.public, client, notify_url="http://x"
    )
    with pytest.raises(PaymentsUnavailable):
        await payments.query_trade("T")
