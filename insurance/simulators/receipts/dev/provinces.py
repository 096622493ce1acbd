"""Electronic receipts with the extra lines of Beijing, Shanghai, Jiangsu and Heilongjiang (DOMAIN 5.2 "local extras seen")."""

from dataclasses import replace
from random import Random

from insurance.simulators.receipts.detailtable import DetailTable, invent_details
from insurance.simulators.receipts.inks import BROWN, RED
from insurance.simulators.receipts.invention import invent_hospital
from insurance.simulators.receipts.itemtable import Table
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.local_form import LocalForm, draw_local
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import PROVINCES, Layout, ReceiptSpec, print_out, yuan

_SUB_LINES = "sub-lines below a charge are parts of it and no items"

BEIJING = LocalForm(
    title="北京市医疗门诊收费票据（电子）",
    head=(
        (("票据代码：", "bill_code"), ("票据号码：", "bill_no")),
        (("交款人统一社会信用代码：", "payer_id"), ("校验码：", "check_code")),
        (("交款人：", "payer"), ("开票日期：", "date")),
    ),
    table=DetailTable(),
    info=(
        (("业务流水号：", "serial_no"), ("门诊号：", "record_no"), ("就诊日期：", "visit_date"), ("性别：", "gender")),
        (("医疗机构类型：", "institution"), ("医保类型：", "insurance_type"), ("医保编号：", "insurance_no")),
        (
            ("医保统筹基金支付：", "pool_pay"),
            ("其他支付：", "other_pay"),
            ("个人账户支付：", "account_pay"),
            ("个人现金支付：", "cash_pay"),
        ),
        (("个人自付：", "self_pay"), ("个人自费：", "self_expense"), ("自付一：", "own_1"), ("自付二：", "own_2")),
        (("起付金额：", "start"), ("超封顶金额：", "over"), ("门诊大额支付：", "large"), ("退休补充支付：", "zero")),
        (("残军补助支付：", "zero"), ("单位补充险[原公疗]支付：", "zero"), ("本次医保范围内金额：", "inside")),
    ),
    foot=(("收款单位（章）：", "hospital"), ("复核人：", "clerk"), ("收款人：", "clerk")),
    label_face="song",
    title_face="song-bold",
    size=21,
    line_height=38,
)
SHANGHAI = LocalForm(
    title="上海市医疗门诊收费票据（电子）",
    head=(
        (("票据代码:", "bill_code"), ("票据号码:", "bill_no"), ("校验码:", "check_code")),
        (("交款人:", "payer"), ("交款人统一社会信用代码:", "payer_id"), ("开票日期:", "date")),
    ),
    table=Table(columns=2, amount="金额(元)", head_height=52, row_height=46),
    info=(
        (("医保统筹基金支付:", "pool_pay"), ("附加基金支付:", "added"), ("其他支付:", "other_pay")),
        (("个人账户支付:", "account_pay"), ("个人现金支付:", "cash_pay"), ("个人自付:", "self_pay")),
        (("个人自费:", "self_expense"), ("分类自负:", "sorted_own"), ("自负:", "own_1")),
        (("当年账户余额:", "balance"), ("历年账户余额:", "old_balance"), ("医保类型:", "insurance_type")),
        (("业务流水号:", "serial_no"), ("门诊号:", "record_no"), ("就诊日期:", "visit_date")),
        (("医疗机构类型:", "institution"), ("医保编号:", "insurance_no"), ("性别:", "gender")),
    ),
    foot=(("收款单位(章):", "hospital"), ("复核人:", "clerk"), ("收款人:", "clerk")),
    capitals_label="金额合计(大写)",
    total_label="(小写)",
    total_prefix="￥",
    head_at=(0.16, 0.44, 0.76),
    info_at=(0.05, 0.37, 0.69),
    qr_left=True,
    qr_side=150,
    label_face="hei",
    value_face="hei",
    title_face="song-bold",
    line_height=47,
    ink=BROWN,
)
JIANGSU = LocalForm(
    title="江苏省医疗门诊收费票据（电子）",
    head=(
        (("票据代码：", "bill_code"), ("票据号码：", "bill_no")),
        (("交款人：", "payer"), ("校验码：", "check_code")),
        (("统一社会信用代码：", "payer_id"), ("开票日期：", "date")),
    ),
    table=Table(columns=1, name_at=0.08, quantity_at=0.42, amount_at=0.62, row_height=36),
    sections=("title", "head", "info", "items", "total", "foot"),
    side_title=None,
    info=(
        (("业务流水号：", "serial_no"), ("就诊日期：", "visit_date"), ("门诊号：", "record_no"), ("性别：", "gender")),
        (("医疗机构类型：", "institution"), ("医保类型：", "insurance_type"), ("支付方式：", "way")),
        (
            ("统筹基金支付：", "pool_pay"),
            ("大病保险支付：", "large"),
            ("医疗救助支付：", "zero"),
            ("其他支付：", "other_pay"),
        ),
        (("个人账户支付：", "account_pay"), ("个人账户余额：", "balance"), ("个人现金支付：", "cash_pay")),
        (("个人自付：", "self_pay"), ("个人自费：", "self_expense"), ("医保编号：", "insurance_no")),
    ),
    foot=(("收款单位（章）：", "hospital"), ("收款人：", "clerk"), ("复核人：", "clerk")),
    capitals_label="合计金额（大写）：",
    total_label="小写：",
    head_at=(0.01, 0.6),
    info_at=(0.01, 0.27, 0.52, 0.76),
    label_face="zen",
    value_face="ming",
    size=23,
    width=1560,
)
HEILONGJIANG = LocalForm(
    title="黑龙江省医疗住院收费票据（电子）",
    head=(
        (("票据代码：", "bill_code"), ("票据号码：", "bill_no")),
        (("交款人统一社会信用代码：", "payer_id"), ("校验码：", "check_code")),
        (("交款人：", "payer"), ("开票日期：", "date")),
    ),
    table=Table(columns=3, quantity=None, amount_at=0.64, row_height=40),
    sections=("title", "head", "items", "total", "info", "remark", "foot"),
    info=(
        (
            ("业务流水号：", "serial_no"),
            ("病历号：", "record_no"),
            ("住院号：", "record_no"),
            ("住院科别：", "department"),
        ),
        (("住院时间：", "stay"), ("预缴金额：", "prepaid"), ("补缴金额：", "topped_up"), ("退费金额：", "refunded")),
        (
            ("医疗机构类型：", "institution"),
            ("医保类型：", "insurance_type"),
            ("医保编号：", "insurance_no"),
            ("性别：", "gender"),
        ),
        (
            ("医保统筹基金支付：", "pool_pay"),
            ("其他支付：", "other_pay"),
            ("个人账户支付：", "account_pay"),
            ("个人现金支付：", "cash_pay"),
        ),
        (("个人自付：", "self_pay"), ("个人自费：", "self_expense")),
    ),
    foot=(("收款单位（章）：", "hospital"), ("复核人：", "clerk"), ("收款人：", "clerk")),
    ink=RED,
    label_face="wenkai",
    value_face="zen",
    qr_left=True,
    line_height=40,
)


def beijing(rng: Random) -> Sheet:
    sheet = _draw("beijing", BEIJING, _spec(rng, "北京市", "outpatient", detailed=False), rng, with_parts=True)
    sheet.notes.append(_SUB_LINES)
    return sheet


def shanghai(rng: Random) -> Sheet:
    return _draw("shanghai", SHANGHAI, _spec(rng, "上海市", "outpatient"), rng)


def jiangsu(rng: Random) -> Sheet:
    return _draw("jiangsu", JIANGSU, _spec(rng, "江苏省", "outpatient"), rng)


def heilongjiang(rng: Random) -> Sheet:
    return _draw("heilongjiang", HEILONGJIANG, _spec(rng, "黑龙江省", "inpatient"), rng)


def _spec(rng: Random, province: str, layout: Layout, detailed: bool | None = None) -> ReceiptSpec:
    spec = invent_known(rng, layout, detailed)
    kind = {"上海市": "02", "黑龙江省": "14"}.get(province, "02") if layout == "inpatient" else "01"
    year = spec.date.year - (spec.date.month < 3)
    return replace(
        spec,
        province=province,
        hospital=invent_hospital(rng, province),
        bill_code=f"{PROVINCES[province]}06{kind}{year % 100:02d}",
    )


def _draw(name: str, form: LocalForm, spec: ReceiptSpec, rng: Random, *, with_parts: bool = False) -> Sheet:
    printed = print_out(spec)
    values = _local_values(spec, rng)
    if form.remark_label and "remark" in form.sections:
        outside = spec.self_expense_fen
        inside = yuan(spec.total_fen - outside)
        form = replace(form, remark=f"医保内金额：{inside}  医保外金额：{yuan(outside)}  起付线：{values['start']}")
    values |= _dates(spec, rng)
    details = invent_details(spec.items, rng) if with_parts else {}
    canvas = draw_local(form, printed, values, rng, details)
    return Sheet(canvas, printed.fields, name, yuan(spec.total_fen), printed.qr, spec.qr_style)


def _dates(spec: ReceiptSpec, rng: Random) -> dict[str, str]:
    """The day of issue in one of the shapes that provinces print."""
    clock = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    shapes = (
        f"{spec.date:%Y-%m-%d}",
        f"{spec.date:%Y%m%d}",
        f"{spec.date:%Y-%m-%d} {clock}",
        f"{spec.date:%Y年%m月%d日}",
    )
    return {"date": rng.choice(shapes)}


def _local_values(spec: ReceiptSpec, rng: Random) -> dict[str, str]:
    own = max(spec.account_pay_fen + spec.cash_pay_fen - spec.self_expense_fen, 0)
    first = int(own * rng.uniform(0.3, 1))
    return {
        "insurance_type": spec.insurance_type,
        "payer_id": _hidden_id(spec.province, rng),
        "own_1": yuan(first),
        "own_2": yuan(own - first),
        "start": yuan(rng.choice((0, 650_00, 1800_00))),
        "over": "0.00",
        "large": yuan(spec.other_pay_fen),
        "added": yuan(spec.other_pay_fen),
        "zero": "0.00",
        "inside": yuan(spec.total_fen - spec.self_expense_fen),
        "sorted_own": yuan(own - first),
        "balance": yuan(rng.randrange(3000_00)),
        "old_balance": yuan(rng.randrange(9000_00)),
        "way": rng.choice(("微信支付", "医保移动支付", "现金", "银行卡")),
    }


def _hidden_id(province: str, rng: Random) -> str:
    """Shapes of DOMAIN 5.5: 14 and ***, 6 with 8 hidden and 4, 14 hidden and 4."""
    shown = f"{PROVINCES[province]}0{rng.randrange(1, 6)}0{rng.randrange(1, 9)}{rng.randrange(2006, 2020)}"
    born = f"{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    last = f"{rng.randrange(10**4):04d}"
    if province == "上海市":
        return f"{shown}{born}***"
    return rng.choice((f"{shown[:6]}********{last}", "*" * 14 + last))
