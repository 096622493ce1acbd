import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from gateway_client import GatewayClient, config

from insurance.simulators.alipay import bills
from insurance.simulators.alipay.app import build
from insurance.simulators.process import in_background

METHOD = "alipay.data.dataservice.bill.downloadurl.query"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = build(config(bill_ready_hours=-24), tmp_path_factory.mktemp("bills") / "ledger.sqlite")
    with in_background(app) as url:
        yield url


@pytest.fixture
def quick(url: str, client: httpx.AsyncClient) -> GatewayClient:
    """A gateway whose bills are there while their day still runs."""
    return GatewayClient(url, client)


def day(moved: int = 0) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=8, days=moved):%Y-%m-%d}"


async def fetched(gateway: GatewayClient, bill_type: str, bill_date: str) -> dict[str, str]:
    told = await gateway.call(METHOD, {"bill_type": bill_type, "bill_date": bill_date})
    archive = (await gateway.client.get(told["bill_download_url"])).content
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {name: files.read(name).decode("gbk") for name in files.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))


async def test_the_trade_bill_has_a_payment_and_its_refund_beside_a_summary(quick: GatewayClient) -> None:
    number, begun = f"T{uuid4().hex}", day()
    await quick.pay(quick.page(number, "http://127.0.0.1:9/n"))
    await quick.call("alipay.trade.refund", {"out_trade_no": number, "out_request_no": "R-1", "refund_amount": "65.05"})
    files = await fetched(quick, "trade", begun)
    assert ["汇总" in name for name in files] == [True, False]
    paid, returned = (row for row in rows(list(files.values())[1]) if row["商户订单号"].strip() == number)
    assert (paid["业务类型"], paid["订单金额（元）"], paid["退款批次号/请求号"]) == ("交易", "100.00", "")
    assert (returned["业务类型"], returned["订单金额（元）"], returned["退款批次号/请求号"]) == (
        "退款",
        "-65.05",
        "R-1\t",
    )
    assert paid["支付宝交易号"] == returned["支付宝交易号"]
    assert "par***" in paid["对方账户"]


async def test_the_account_bill_has_every_change_of_the_balance(quick: GatewayClient) -> None:
    transfer = {
        "out_biz_no": f"B{uuid4().hex}", "trans_amount": "88.88", "product_code": "TRANS_ACCOUNT_NO_PWD",
        "payee_info": {"identity": "138", "name": "黄小明"},
    }  # fmt: skip
    sent = await quick.call("alipay.fund.trans.uni.transfer", transfer)
    text = list((await fetched(quick, "signcustomer", day())).values())[1]
    (row,) = (row for row in rows(text) if row["商户订单号"].strip() == transfer["out_biz_no"])
    assert (row["业务类型"], row["支出金额（-元）"], row["业务流水号"].strip()) == ("转账", "-88.88", sent["order_id"])
    assert "黄小明" not in text


async def test_a_day_without_movements_has_a_bill_without_rows(quick: GatewayClient) -> None:
    for bill_type in ("trade", "signcustomer"):
        assert rows(list((await fetched(quick, bill_type, "2024-02-29")).values())[1]) == []


async def test_a_bill_is_there_from_nine_in_the_morning_of_the_next_day(gateway: GatewayClient) -> None:
    asked = {"bill_type": "trade", "bill_date": day()}
    assert (await gateway.call(METHOD, asked))["sub_code"] == "isp.bill_not_exist"
    assert (await gateway.call(METHOD, asked | {"bill_date": day(-2)}))["code"] == "10000"


@pytest.mark.parametrize("asked", [{"bill_type": "all", "bill_date": "2024-02-29"}, {"bill_type": "trade"}, {}])
async def test_a_bill_that_nobody_makes_is_refused(gateway: GatewayClient, asked: dict[str, str]) -> None:
    assert (await gateway.call(METHOD, asked))["code"] == "40002"


async def test_an_address_is_good_for_half_a_minute(quick: GatewayClient, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await quick.call(METHOD, {"bill_type": "trade", "bill_date": "2024-02-29"})
    later = bills.now() + 31
    monkeypatch.setattr(bills, "now", lambda: later)
    assert (await quick.client.get(told["bill_download_url"])).status_code == 403


async def test_an_address_that_was_never_given_out_leads_nowhere(quick: GatewayClient) -> None:
    assert (await quick.client.get(f"{quick.url}/downloadBillFile.resource?fileId=x")).status_code == 403
