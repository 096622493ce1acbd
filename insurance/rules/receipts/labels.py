"""The printed labels of receipts (财综〔2019〕29号 annexes 1-5, older papers, VAT e-invoices) and how to find them.

A label that a seal covers is read with a character wrong or missing; it is taken when exactly one known
label is that near.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from insurance.rules.receipts.label_words import meaning_of

LABELS: dict[str, Sequence[str]] = {
    "bill_code": ("电子票据代码", "票据代码", "发票代码", "票据代号", "收据代码"),
    "bill_no": (
        "电子票据号码", "票据号码", "发票号码", "票据编号", "收据号码", "收据编号", "收据号", "小票号", "单据号", "结算单号",
        "凭证号", "凭条号", "票号", "No.", "No", "NO.", "N0.", "№",
        "票据号", "发票号", "收费单号", "收费票号", "结算编号", "缴费单号", "小票号码", "收据NO", "收费凭证号", "凭据编号",
        "凭据号", "凭证编号", "单据编号", "收费编号", "发票编号", "单号",
    ),
    "check_code": ("校验码",),
    "payer_id": (
        "交款人统一社会信用代码", "交款人统一社会信用代码/身份证号码", "社会保障号码", "社会保障卡号", "身份证号",
    ),
    "payer": (
        "交款人", "缴款人", "付款方名称", "付款人", "患者姓名", "病人姓名", "就诊人", "病员姓名", "顾客姓名", "购买方名称",
        "姓名", "患者",
        "缴费人", "付款方", "购方名称", "受票方名称", "客户姓名", "病员", "交款单位或个人", "付款单位(人)", "付款单位", "交款单位",
        "今收到", "兹收到", "缴款单位", "会员姓名", "受检人", "患者名称", "就诊者", "就诊人姓名",
    ),
    "date": (
        "开票日期", "开票时间", "收费日期", "收费时间", "结算日期", "结算时间", "缴费日期", "缴费时间", "打印日期",
        "交易时间", "销售时间", "销售日期", "收款日期", "填开日期", "结账时间", "结账日期", "日期",
        "收费日", "交费日期", "交费时间", "付款时间", "付款日期", "支付时间", "支付日期", "开具日期", "出票日期", "票据日期",
        "制单日期", "收款时间", "记账日期", "出院结算日期",
    ),
    "total_upper": (
        "金额合计(大写)", "合计金额(大写)", "价税合计(大写)", "合计(大写)", "合计人民币(大写)", "人民币(大写)",
        "总计(大写)", "总金额(大写)", "金额大写", "人民币大写", "(大写)", "大写",
        "合计大写", "总计大写", "大写金额", "金额(大写)", "实收金额(大写)", "实收(大写)", "应收金额(大写)", "总额(大写)",
        "费用合计(大写)", "收费合计(大写)", "合计人民币大写",
    ),
    "total": (
        "(小写)", "小写", "¥:", "合计金额", "总金额", "费用总额", "总费用", "合计:", "总计:", "应收金额", "费用合计", "实收金额",
        "实收合计", "应缴总额",
        "总计金额", "医疗费总额", "医疗费用总额", "医疗总费用", "收费总额", "收费合计", "费用总计", "应收总额", "消费总额",
        "金额总计", "付款金额", "总费用额", "本次费用总额", "合计金额(小写)", "金额合计(小写)", "合计(小写)", "实付合计", "实付总额",
        "交易金额", "总额:",
    ),
    "pool_pay": (
        "医保统筹基金支付", "医保统筹支付", "统筹金支付", "基金支付",
        "统筹基金", "居民医保补偿", "医保补偿", "医保统筹基金", "统筹基金支付", "医保基金支付", "统筹支付", "医保统筹",
        "医保统筹金额", "统筹支付金额", "统筹金额", "统筹报销", "医保报销金额", "医保报销", "基本统筹支付", "基本医疗统筹支付",
        "基本医保统筹支付", "基本医疗保险统筹基金支付", "基本医保支付", "医保基金", "城乡居民医保支付", "居民医保支付", "新农合补偿",
        "新农合支付", "农合补偿", "合作医疗补偿", "基本医疗基金支付", "基本医疗支付", "基本医疗保险支付", "合作医疗支付",
        "合管办补偿", "补偿金额", "统筹补偿", "医保统筹报销", "统筹",
    ),
    "other_pay": (
        "其他医保支付", "其它医保支付", "其他基金支付", "其他支付", "其它支付", "其他补助", "其他补偿", "其它补偿", "其他基金",
        "其他报销", "其他保障支付", "其他医保基金支付", "其他保险支付", "其它医疗支付", "其他医疗补助", "其他补助支付",
    ),
    "account_pay": (
        "个人账户支付", "个人帐户支付", "医保个人账户支付", "账户支付", "帐户支付", "医保账户支付",
        "个人账户", "个人帐户", "医保卡支付", "个账支付", "家庭账户", "医保账户",
        "个人账户金额", "个人账户支付金额", "账户支付额", "个账", "卡支付", "医保卡余额支付",
        "门诊账户支付", "家庭账户支付", "医保个账", "医保个人账户", "个帐支付",
    ),
    "cash_pay": (
        "个人现金支付", "个人支付金额", "现金支付", "个人支付", "个人缴费", "自付现金", "实收现金", "个人现金", "现金支付额",
        "自费现金", "患者支付", "个人实付", "个人实缴", "个人应付", "个人缴纳", "本次现金支付", "现金缴费", "现金收款",
        "现金付款", "实付现金", "应付现金",
        "现金",
    ),
    # a seal may leave only the end of these; as a value (医保类型：自费) no colon follows
    "self_pay": ("个人自付", "人自付:", "自付:", "个人自付金额", "自付金额:"),
    "self_expense": ("个人自费", "人自费:", "自费:", "个人自费金额", "自费金额:", "全自费"),
    "hospital": (
        "收款单位(章)", "收费单位(章)", "收款单位(盖章)", "收款单位(盖章有效)", "收款单位盖章", "收款单位盖章有效", "收费单位盖章有效",
        "收费单位(公章)", "收款单位(公章)", "销售方名称",
        "收款单位", "收费单位", "医疗机构(章)", "开票单位(章)",
        "开票单位", "医院名称", "机构名称", "门店名称",
        "收费单位(盖章)", "收款单位名称", "收费单位名称", "医疗机构名称", "医疗单位", "医疗机构", "定点医疗机构", "就诊医院", "医院",
        "收款方名称", "收款方", "销方名称", "商户名称", "药店名称", "单位名称", "收款机构", "就诊机构",
    ),
    "serial_no": ("业务流水号", "流水号", "交易流水号", "结算流水号"),
    "visit_date": ("就诊日期", "就诊时间", "看病日期", "就医日期", "就医时间", "门诊日期"),
    "stay": ("住院时间", "住院日期", "住院起止时间", "起止日期"),
    "admitted": ("入院日期", "入院时间", "入院"),
    "discharged": ("出院日期", "出院时间", "出院"),
    "prepaid": ("预缴金额", "预交金额", "预缴款", "预交款"),
    "topped_up": ("补缴金额", "补交金额", "补缴款"),
    "refunded": ("退费金额", "退款金额", "退费"),
    "insurance_type": ("医保类型", "医疗保险类型", "费别"),
}  # fmt: skip
# they end a value, and nothing else is made of them
OTHER_LABELS = (
    "原票据代码", "原票据号码", "原发票代码", "原发票号码", "被红冲票据号码", "红冲票据号码",
    "应收合计", "优惠金额", "户主", "预交金总额", "应补金额", "应退金额", "共济账户支付", "大病保险支付", "起付标准",
    "门诊号", "病历号", "住院号", "住院科别", "科别", "科室", "医疗机构类型", "医保编号", "医保卡号", "性别", "年龄",
    "复核人", "收款人", "收费员",
    "收款员", "开票人", "经办人", "审核人", "其他信息", "个人账户余额", "个人帐户余额", "当年账户余额",
    "历年账户余额", "账户余额",
    "大额支付", "门诊大额支付",
    "大病支付", "民政支付", "救助支付", "补充支付", "医保支付", "保险支付",
    "医疗救助支付", "公务员补助", "公务员医疗补助", "退休补充", "残军补助", "单位补充",
    "附加基金支付", "附加支付", "分类自负",
    "自负", "自付一", "自付二", "起付金额", "起付线", "超封顶金额", "支付方式", "医保内金额", "医保外金额",
    "谈判药费", "单位补充险", "床号", "住院天数",
    "统一社会信用代码", "纳税人识别号", "收款人账号", "备注",
    "登记号", "终端", "终端号", "状态", "缴费方式", "付款方式", "结算方式", "就诊卡号", "诊疗卡号", "病历编号", "病案号", "就诊号",
    "接诊医生", "开单医生", "医生", "医师", "执行科室", "开单科室", "就诊科室", "发药窗口", "取药窗口", "诊断", "临床诊断", "操作员",
    "收银员", "工号", "窗口", "电话", "联系电话", "地址", "机器编号", "订单号", "交易单号", "商户单号", "找零", "欠费", "余额", "卡余额",
    "机器号", "病区", "天数", "参保类型", "人员类别", "险种类型", "就诊类型", "单据类型", "医保卡余额", "大病补偿",
    "民政救助", "医疗救助", "大额医疗支付", "公务员补助支付", "商业保险支付", "个人负担", "个人承担", "现金找零", "卡号", "医保账户余额",
    "个账余额", "统筹累计", "起付线累计", "统筹累计支付", "开户行", "开户银行", "开户行及账号", "银行账号", "密码区", "规格型号",
    "税额", "税率", "不含税金额", "折扣", "优惠", "抹零", "减免金额", "门诊统筹累计", "累计支付", "本年累计",
)  # fmt: skip


# what may stand between the label of a sum and its colon
_OF_A_SUM = re.compile(r"(?:金额|额|合计)?(?:\(元\)|\(人民币\)|/元)(?=[:.;\d¥]|$)|(?:金额|额)(?=:)")
# what stands before a colon, or before a figure at the beginning of a line, or alone
_BEFORE_COLON = re.compile(r"[^:\d¥]{2,24}:")
_BEFORE_FIGURE = re.compile(r"^[^:\d¥]{2,20}(?=[¥\d])")
_ALONE_IN_A_CELL = re.compile(r"^[^:\d¥]{2,20}$")
_SIGNED = re.compile(r"签[字名章]|意见|说明|须知|地址|电话|关系")
# 收款单位(盖章), with whatever a form puts there
_FOR_THE_SEAL = re.compile(r"[_.\s]*\((?:[加盖公签印章有效财务专用鉴字]|名称){1,8}\)?[:.;]*")
_IN_CAPITALS = re.compile(r"\(?大写\)?[:.;]*")


@dataclass(frozen=True)
class Found:
    """A label at `start:end` of the plain text of a line; `field` is the label itself when nothing is made of its value.
    `candidates` are what a damaged label may be; its `field` is empty until the page shows which of them stand elsewhere.
    `known`: it is in the lists; others are told by the words that they are made of, or head what is better told elsewhere."""

    field: str
    start: int
    end: int
    candidates: tuple[str, ...] = ()
    known: bool = True


# words that are part of other words (人民医院, 现金支付方式): labels only where nothing else stands beside them
_ALONE = frozenset(
    (
        "医院", "医疗机构", "医疗单位", "单位名称", "现金", "统筹", "个账", "医保基金", "收款方", "付款方", "病员", "就诊者", "付款单位",
        "交款单位", "缴款单位", "状态", "终端", "医生", "医师", "诊断", "工号", "窗口", "电话", "地址", "找零", "欠费", "余额", "卡余额",
        "病区", "入院", "出院", "天数", "卡号", "税额", "税率", "折扣", "优惠", "抹零", "密码区", "医疗救助", "操作员", "收费日",
        "全自费", "日期",
        "单号", "补偿金额", "交易金额", "付款金额", "收据号", "票据号", "发票号", "规格型号", "个人负担", "个人承担", "卡支付",
        "累计支付",
    )
)  # fmt: skip


def _stands(text: str, start: int, end: int) -> bool:
    if text[start:end] not in _ALONE:
        return True
    before = text[start - 1] if start else ":"
    behind = text[end] if end < len(text) else ":"
    return not _is_chinese(before) and before != ")" and not _is_chinese(behind)


def _is_chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    owner = {label: name for name, labels in LABELS.items() for label in labels}
    owner |= {label: "" for label in OTHER_LABELS if label not in owner}
    # 支付, 支出, 记账, 报销 are one thing
    owner |= {
        label[:-2] + word: name
        for label, name in [*owner.items()]
        for word in ("支出", "记账", "记帐", "报销", "支付额")
        if label.endswith("支付") and label[:-2] + word not in owner
    }
    ordered = sorted(owner, key=len, reverse=True)
    return re.compile("|".join(re.escape(label) for label in ordered)), owner


def find_labels(text: str) -> list[Found]:
    """Every label in a line, in order. What stands before a colon is one label: a known one inside it does not count when
    the whole is nearer to another (`医保统筹基全支付` is not `医保统筹`), or is made of words that mean something else."""
    pattern, owner = _pattern()
    standing = [m for m in pattern.finditer(text) if _stands(text, *m.span())]
    found = [_as_found(text, m, owner[m[0]] or m[0]) for m in standing]
    for m in _phrases(text):
        inside = [f for f in found if f.start < m.end() and m.start() < f.end]
        if any(f.start == m.start() and f.end >= m.end() for f in inside):
            continue
        meaning = meaning_of(m[0])
        if meaning is not None:
            found = [f for f in found if f not in inside]
            found.append(Found(meaning, m.start(), _end_of_label(text, m.end()), known=False))
        elif m[0].endswith(":") and not any(f.end >= m.end() for f in inside):
            near = _nearest(m[0][:-1])
            if near or _SIGNED.search(m[0]):
                found = [f for f in found if f not in inside]
                found.append(Found("" if near else m[0], m.start(), m.end(), near))
    return sorted(found, key=lambda f: f.start)


def _as_found(text: str, match: re.Match[str], field: str) -> Found:
    end = _end_of_label(text, match.end())
    if field == "total" and (capitals := _IN_CAPITALS.match(text, end)):
        return Found("total_upper", match.start(), capitals.end())
    if field == "hospital" and (stamped := _FOR_THE_SEAL.match(text, end)):
        end = stamped.end()
    return Found(field, match.start(), end, known=not match[0].startswith("打印"))


def _phrases(text: str) -> list[re.Match[str]]:
    phrases = list(_BEFORE_COLON.finditer(text))
    alone = _ALONE_IN_A_CELL.match(text) or _BEFORE_FIGURE.match(text)
    return [alone, *phrases] if alone else phrases


@cache
def differences(label: str) -> frozenset[tuple[int, ...]]:
    """The places in which each label of another field that is as long differs from this one."""
    _, owner = _pattern()
    fields = {known.rstrip(":"): field for known, field in owner.items()}
    bare = label.rstrip(":.;")
    others = [other for other, field in fields.items() if len(other) == len(bare) and field != fields.get(bare)]
    return frozenset(tuple(i for i, (a, b) in enumerate(zip(bare, other, strict=True)) if a != b) for other in others)


def telling_places(label: str) -> list[int]:
    """Where a label has a character that alone makes it another field's label: 自付 and 自费, 预缴 and 补缴."""
    return sorted(places[0] for places in differences(label) if len(places) == 1)


def _end_of_label(text: str, end: int) -> int:
    if of_a_sum := _OF_A_SUM.match(text, end):
        end = of_a_sum.end()
    while end < len(text) and text[end] in ":.;":
        end += 1
    return end


@cache
def _nearest(text: str) -> tuple[str, ...]:
    """Fields of the labels at the least distance, when that is small for their length; else of the labels whose end it is."""
    _, owner = _pattern()
    # 入 and 出 are one character from 住: what a damaged one of them is, its value tells
    known = (label for label, name in owner.items() if len(label) >= 3 and name not in ("admitted", "discharged"))
    distances = {label: _distance(text, label) for label in known}
    least = min(distances.values())
    if least <= (1 if len(text) < 6 else 2):
        return tuple(sorted({owner[label] or label for label, distance in distances.items() if distance == least}))
    if least == 2 and len(text) < 6 and text.endswith("支付"):
        return tuple(
            sorted({owner[label] or label for label, d in distances.items() if d == 2 and label.endswith("支付")})
        )
    if len(text) < 4:
        return ()
    national = [(name, label) for name, labels in LABELS.items() for label in labels[:1] if len(label) > len(text)]
    return tuple(name for name, label in national if _distance(text, label[-len(text) :]) <= 1)


def _distance(a: str, b: str) -> int:
    if abs(len(a) - len(b)) > 2:
        return 9
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


ITEM_HEADS = (
    "项目名称", "项目/规格", "收费项目", "治疗项目", "费用项目", "收费名称", "项目", "费用名称", "费用类别", "药品名称", "商品名称",
    "品名", "货物或应税劳务、服务名称", "货物或应税劳务名称", "收费类别",
)  # fmt: skip
