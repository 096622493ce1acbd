import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from payments_bench import APP_ID, KeyPair, SimulatorBench, a_transfer, an_order

from insurance.adapters.payments.http import AlipayPayments, bill_address
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


def signed_answer(gateway_keys: KeyPair, name: str, content: dict[str, str]) -> str:
    key = load_pem_private_key(gateway_keys.private.encode(), None)
    text = json.dumps(content, ensure_ascii=False)
    sign = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()  # type: ignore[union-attr,call-arg,arg-type]
    return f'{{"{name}_response": {text}, "sign": "{sign}"}}'


def answering(gateway_keys: KeyPair, name: str, content: dict[str, str]) -> httpx.AsyncClient:
    body = signed_answer(gateway_keys, name, content)
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


GATEWAY = "https://openapi.alipay.com/gateway.do"


@pytest.mark.parametrize(
    ("offered", "gateway", "fetched"),
    [
        ("http://127.0.0.1:81/b?x=1", "http://127.0.0.1:81/gateway.do", "http://127.0.0.1:81/b?x=1"),
        ("http://dwbillcenter.alipay.com/b?x=1", GATEWAY, "https://dwbillcenter.alipay.com/b?x=1"),
        ("https://openapi.alipay.com/b", GATEWAY, "https://openapi.alipay.com/b"),
        ("http://127.0.0.1:82/b", "http://127.0.0.1:81/gateway.do", None),
        ("http://169.254.169.254/latest", GATEWAY, None),
        ("http://openapi.alipay.com/b", GATEWAY, None),
        ("https://dwbillcenter.alipay.com.example.com/b", GATEWAY, None),
        ("https://dwbillcenter.alipay.com@example.com/b", GATEWAY, None),
        ("https://u:p@dwbillcenter.alipay.com/b", GATEWAY, None),
        ("https://dwbillcenter.alipay.com:8443/b", GATEWAY, None),
        ("https://dwbillcenter.alipay.com/b", "http://127.0.0.1:81/gateway.do", None),
        ("file:///etc/passwd", GATEWAY, None),
        ("//dwbillcenter.alipay.com/b", GATEWAY, None),
        ("", GATEWAY, None),
        ("http://[::1", GATEWAY, None),
    ],
)
def test_a_bill_is_fetched_from_the_gateways_own_house_alone(offered: str, gateway: str, fetched: str | None) -> None:
    address = bill_address(offered, gateway)
    assert (str(address) if address else None) == fetched


async def test_a_bill_at_a_strangers_address_is_not_fetched(make: MadePayments, gateway_keys: KeyPair) -> None:
    content = {"code": "10000", "bill_download_url": "http://127.0.0.1:9/latest/meta-data"}
    name = "alipay_data_dataservice_bill_downloadurl_query"
    asked: list[str] = []
    async with answering(gateway_keys, name, content) as client:
        client.event_hooks["request"] = [_noting(asked)]
        with pytest.raises(PaymentsUnavailable, match="address that is not the gateway's"):
            await make(client=client).statement(date(2026, 10, 3))
    assert len(asked) == 1


def _noting(asked: list[str]) -> Callable[[httpx.Request], Awaitable[None]]:
    async def note(request: httpx.Request) -> None:
        asked.append(str(request.url))

    return note


@pytest.mark.parametrize(
    ("bill", "why"),
    [
        (httpx.Response(302, headers={"location": "http://127.0.0.1:9/"}), "HTTP 302"),
        (httpx.Response(403), "HTTP 403"),
        (httpx.Response(200, content=b"<html>"), "can't be read"),
        (httpx.Response(200, content=b"x" * 2000), "larger"),
    ],
    ids=["sent elsewhere", "too late", "no archive", "too large"],
)
async def test_a_bill_that_is_none_leaves_us_knowing_nothing(
    make: MadePayments,
    gateway_keys: KeyPair,
    simulator: str,
    monkeypatch: pytest.MonkeyPatch,
    bill: httpx.Response,
    why: str,
) -> None:
    monkeypatch.setattr("insurance.adapters.payments.http.MAX_BILL_BYTES", 1000)
    name = "alipay_data_dataservice_bill_downloadurl_query"
    content = {"code": "10000", "bill_download_url": f"{simulator}/downloadBillFile.resource?fileId=x"}
    told = signed_answer(gateway_keys, name, content)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=told) if request.method == "POST" else bill

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(PaymentsUnavailable, match=why):
            await make(client=client).statement(date(2026, 10, 3))
