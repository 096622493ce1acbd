"""Electronic receipts arranged otherwise: who pays what before the charges, labels with other words, an upright page; and an
inpatient's with its charges in one numbered list."""

from dataclasses import replace
from random import Random

from insurance.simulators.receipts.detailtable import DetailTable
from insurance.simulators.receipts.inks import BLUE, GREEN
from insurance.simulators.receipts.invention import invent_hospital
from insurance.simulators.receipts.itemtable import Table
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.local_form import LocalForm, draw_local
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import PROVINCES, ReceiptSpec, print_out, yuan

UPRIGHT = LocalForm(
    title="广东省医疗门诊收费票据（电子）",
    width=1240,
    margin=56,
    head=(
        (("开票日期：", "date"), ("票据号码：", "bill_no")),
        (("校验码：", "check_code"), ("票据代码：", "bill_code")),
        (("交款人：", "payer"), ("证件号码：", "payer_id")),
    ),
    sections=("title", "head", "total", "info", "items", "foot"),
    info=(
        (("医保统筹基金支付金额：", "pool_pay"), ("其他支付金额：", "other_pay")),
        (("个人账户支付金额：", "account_pay"), ("个人现金支付金额：", "cash_pay")),
        (("个人自付金额：", "self_pay"), ("个人自费金额：", "self_expense")),
        (("门诊流水号：", "serial_no"), ("就诊时间：", "visit_date")),
        (("险种类型：", "insurance_type"), ("科室：", "department")),
    ),
    foot=(("开票单位：", "hospital"), ("开票人：", "clerk")),
    table=Table(columns=1, name="费用名称", amount="金额", quantity="数量/单位", remark="备注", amount_at=0.66),
    capitals_label="总金额（大写）：",
    total_label="总金额：",
    total_prefix="¥",
    head_at=(0.02, 0.52),
    info_at=(0.02, 0.52),
    total_at=0.64,
    side_title=None,
    size=22,
    title_size=38,
    ink=BLUE,
    label_face="hei",
    value_face="zen",
    title_face="hei-bold",
    line_height=45,
    qr_side=130,
    qr_left=True,
)
NUMBERED = LocalForm(
    title="浙江省医疗住院收费票据（电子）",
    width=1500,
    margin=90,
    head=(
        (("交款人：", "payer"), ("票据代码：", "bill_code"), ("票据号码：", "bill_no")),
        (("社会信用代码：", "payer_id"), ("校验码：", "check_code"), ("开票日期：", "date")),
    ),
    sections=("title", "head", "items", "info", "total", "foot"),
    info=(
        (("住院号：", "record_no"), ("科别：", "department"), ("住院时间：", "stay")),
        (("预缴金额：", "prepaid"), ("补缴金额：", "topped_up"), ("退费金额：", "refunded")),
        (("基金支付：", "pool_pay"), ("其他支付：", "other_pay"), ("账户支付：", "account_pay")),
        (("现金支付：", "cash_pay"), ("自付：", "self_pay"), ("自费：", "self_expense")),
    ),
    foot=(("收款单位(章)", "hospital"), ("复核人", "clerk"), ("收款人", "clerk")),
    table=DetailTable(heads=("费用项目", "", "", "金额(元)", "备注"), at=(0.06, 0.3, 0.4, 0.62, 0.8), row_height=40),
    capitals_label="合计(大写) ",
    total_label="合计(小写) ",
    head_at=(0.0, 0.34, 0.68),
    info_at=(0.02, 0.34, 0.67),
    side_title=None,
    size=22,
    ink=GREEN,
    label_face="wenkai",
    value_face="hei",
    title_face="song-bold",
    line_height=41,
)


def upright_receipt(rng: Random) -> Sheet:
    return _draw("upright_receipt", UPRIGHT, _at(invent_known(rng, "outpatient"), "广东省", "01", rng), rng)


def numbered_receipt(rng: Random) -> Sheet:
    return _draw("numbered_receipt", NUMBERED, _at(invent_known(rng, "inpatient"), "浙江省", "02", rng), rng)


def _at(spec: ReceiptSpec, province: str, kind: str, rng: Random) -> ReceiptSpec:
    code = f"{PROVINCES[province]}06{kind}{spec.date:%y}"
    return replace(spec, province=province, hospital=invent_hospital(rng, province), bill_code=code)


def _draw(name: str, form: LocalForm, spec: ReceiptSpec, rng: Random) -> Sheet:
    printed = print_out(spec)
    values = {"insurance_type": spec.insurance_type, "date": f"{spec.date:%Y/%m/%d}"}
    canvas = draw_local(form, printed, values, rng, {})
    return Sheet(canvas, printed.fields, name, yuan(spec.total_fen), printed.qr, spec.qr_style)
