"""What an unknown label means by the words that it is made of: `居民大病保险资金支出`, `本次统筹支付金额`, `人员姓名`.

Labels are short phrases of few words. Hospitals put them together freely, but who pays is always named (统筹, 账户, 现金, 其他), and
what is none of it names something else (余额, 起付线, 大病). Only whole phrases count: a cell, what stands before a colon, or before
a figure. A phrase that is none of these means nothing here.
"""

import re
import unicodedata
from functools import lru_cache

FURTHER_FUND = "further_fund"
"""A fund without a place of its own among the fields: 大病保险, 公务员补助, 医疗救助, 附加."""
NOTHING_OF_OURS = "another_label"

_PAID = r"(?:支付|支出|补偿|报销|补助|补贴|救助|记账|记帐|列支|承担|负担|给付|赔付|划付|结付|资金|基金)"
_SUM = r"(?:金额|总额|额|款|数|费用|合计|总金额)?"
# sums that are no payment of this bill, or none that has a field
_NO_SHARE = re.compile(
    r"余额|累计|起付|封顶|限额|限价|范围|比例|目录|合规|可补偿|可报|应报|纳入|符合|先行|政策|乙类|甲类|丙类|分类|自负|自理|自付[一二12]"
    r"|年度|本年|当年|历年|全年|减免|优惠|折扣|抹零|找零|押金|预[交缴付]|应退|应补|退[款费]|欠|税|单价|次均|医院[承负]|共济|结转"
    r"|内自付|外自付|统筹自付|段"
)
_FURTHER = re.compile(
    r"大病|大额|公务员|救助|民政|补充|商业保?险|单位补|企业|残军|军人|退休|附加|优抚|扶贫|兜底|财政|慈善|二次|工伤|生育|离休|惠民保"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'&/ ]*")
_BESIDE = re.compile(r"^(?:其中|本次|此次|本单|该次|以上|[①-⑩*★#]|\d{1,2}[.、])+|[:：.。*]+$")
_UNIT = re.compile(r"\((?:元|人民币|圆|rmb|cny|yuan|¥)\)|/元|[¥]$", re.IGNORECASE)

_WHO = (
    r"(?:患者|病人|病员|就诊人员?|就诊者|就医人|受检者|受检人|受种者|顾客|客户|会员|[缴交付]款人|缴费人|参保人员?|参合人员?|人员"
    r"|被保险人|伤者|学生|购买方|购方|买方|购货单位|受票方)"
)
_DEED = (
    r"(?:开票|收费|结算|结帐|结账|[缴交付收]费|[付收]款|支付|开具|出具|出票|制单|填开|填制|填发|交易|销售|购药|记[账帐]|票据|发票|单据"
    r"|收据|业务|扣款|办理)"
)
_PAPER = (
    r"(?:电子)?(?:票据|发票|收据|凭证|凭条|凭据|单据|结算单?|收费单?|收款单?|[缴交]费单?|小票|账单|销售单?|票|收费票据|收费凭证|结算票据"
    r"|结算凭证)"
)
_NUMBER = r"(?:流水)?(?:编号|号码|号|编码|序号|no\.?|num(?:ber)?\.?)"
_PLACE = (
    r"(?:定点)?(?:医疗|医药|收款|收费|收费|开票|就诊|就医|诊疗|治疗|服务|出具|销售|销货|销|执收|经营|结算|卖|开具|提供)"
    r"(?:单位|机构|医院|诊所|药店|药房|门店|方|服务机构)"
)
_STAMPED = r"(?:名称|全称)?(?:\((?:加?盖?公?章|公章|盖章|签章|全称|名称|盖章有效|财务专用章|印章|签字盖章)\))?"
_WHOSE = r"(?:基本|医保|社保|基本医疗保?险?|个人|家庭|本人|门诊|职工)"
_ONESELF = r"(?:个人|患者|病人|本人|参保人)"
_FEES = r"(?:医疗|医药|住院|门诊|诊疗|治疗|收费|结算|交易|消费|应收|实收|应付|应缴|实缴|实付|付款|缴费|发票|票据|账单|订单|费用|总|全部)"

# on whose account is not said
_ON_ACCOUNT = re.compile(r"(?:医院)?(?:记[账帐]|挂[账帐])(?:金额|合计)?")
_OTHER_PEOPLE = re.compile(
    r"(?:户主|家属|联系人|医[生师]|收[款费]人?员?|经办人?|操作员|监护人|代办人|领款人|复核人?|开票人|销售员|营业员|审核人?|制单人?|出纳|会计|患者或家属)"
    r"(?:姓名|签[名字章]|电话|员|人)*"
)

# the first that fits a whole phrase tells its field
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(shape))
    for name, shape in (
        ("payer", rf"{_WHO}(?:姓名|名称)?|姓名"),
        ("date", rf"{_DEED}(?:完成|成功)?(?:日期|时间|日)|日期"),
        ("bill_no", rf"{_PAPER}{_NUMBER}|编号"),
        ("bill_code", r"(?:电子)?(?:票据|发票|收据)代[码号]"),
        ("check_code", r"校验码|校验代码|验证码|防伪码"),
        ("hospital", rf"{_PLACE}{_STAMPED}|医疗?机构名称|医院(?:名称|全称)|机构(?:名称|全称)"),
        ("total_upper", r".{0,8}\(?(?:大写|人民币大写)\)?"),
        (
            "account_pay",
            rf"{_WHOSE}{{0,3}}(?:账户|帐户|个账|个帐)(?:{_PAID}|扣款|划扣)?{_SUM}",
        ),
        (
            "account_pay",
            rf"(?:医保卡|社保卡|市民卡|医疗卡|ic卡|就诊卡)(?:{_PAID}|扣款|刷卡|消费){_SUM}|个[账帐]{_PAID}?{_SUM}",
        ),
        (
            "cash_pay",
            rf"{_ONESELF}?(?:自付|自费|实付|实收|应付|应收|应交|补交|实际|需)?现金(?:{_PAID}|收款|付款|[缴交]费|缴纳)?{_SUM}",
        ),
        (
            "cash_pay",
            rf"(?:个人|患者|病人|本人|参保人)(?:应|实|自行|实际|需|应该)?(?:支付|支出|[缴交付]费|付款|缴纳|缴款|应付|实付|实缴|应缴){_SUM}",
        ),
        ("cash_pay", r"(?:自[费付]|个人)(?:微信|支付宝|扫码|银联|银行卡|移动|线上)+支付(?:金额|额)?"),
        ("cash_pay", r"自[费付助](?:支付|[缴交付]费|付款)(?:金额|额)?"),
        ("self_expense", r"(?:个人|全|纯|完全|完全自费|患者)?自费(?:金额|总额|额|费用|部分|合计)?"),
        ("self_pay", r"(?:个人|患者)?自付(?:金额|总额|额|费用|部分|合计)?"),
        ("other_pay", rf"(?:医保|医疗保?险?)?其[他它](?:医保|医疗|医疗保险|保险|保障|基金|各项)*{_PAID}+{_SUM}"),
        ("pool_pay", rf"(?:[\u3400-\u9fff]{{0,12}})统筹(?:基金|金|资金|账户)?{_PAID}*{_SUM}"),
        (
            "pool_pay",
            rf"(?:[\u3400-\u9fff]{{0,6}})(?:医保|医疗保险|基本医疗|农合|合作医疗|合疗|居民医疗|城乡居民|职工医疗)(?:保险)?(?:基金|资金)?{_PAID}{{1,2}}(?:金额|额|款)?",
        ),
        ("pool_pay", rf"基金{_PAID}{{1,2}}{_SUM}"),
        ("total", rf"{_FEES}{{0,3}}(?:费|金额|款)?(?:总额|总计|合计|总费用|总金额|总费|总价|总和)(?:金额|费用|额)?"),
    )
)
_LATIN_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("payer", re.compile(r"(?:patient|patient'?s?name|name|customer|payer)")),
    ("date", re.compile(r"(?:date|billingdate|invoicedate|receiptdate|dateofissue|issuedate|paymentdate)")),
    ("bill_no", re.compile(r"(?:receipt|invoice|bill|voucher)(?:no|number|num)\.?")),
    ("total", re.compile(r"(?:grandtotal|totalamount|totaldue|amountdue|totalpaid|total)")),
)


@lru_cache(maxsize=4096)
def meaning_of(phrase: str) -> str | None:
    """The field whose label a whole phrase is; `FURTHER_FUND` or `NOTHING_OF_OURS` for labels of other sums; None for what is no
    label that is known here. English beside the Chinese is left out; alone it counts too."""
    chinese, latin = _bare(phrase)
    if not chinese:
        return next((name for name, shape in _LATIN_WORDS if shape.fullmatch(latin)), None)
    if len(chinese) > 18:
        return None
    if _OTHER_PEOPLE.fullmatch(chinese) or _ON_ACCOUNT.fullmatch(chinese):
        return NOTHING_OF_OURS
    share = re.search(rf"{_PAID}|统筹|账户|帐户|现金|自付|自费", chinese)
    if share and _NO_SHARE.search(chinese):
        return NOTHING_OF_OURS
    if _FURTHER.search(chinese) and re.fullmatch(rf".{{2,16}}?(?:{_PAID}|保险|基金|险|补充){_SUM}", chinese):
        return FURTHER_FUND
    found = next((name for name, shape in _SHAPES if shape.fullmatch(chinese)), None)
    # 其中 printed upright beside its lines leaves a character before each
    return meaning_of(chinese[1:]) if found is None and chinese[0] in "其中" and len(chinese) > 3 else found


def _bare(phrase: str) -> tuple[str, str]:
    """Its Chinese words without unit, numbering and colon, and its Latin ones without spaces, in small letters."""
    text = _UNIT.sub("", _BESIDE.sub("", unicodedata.normalize("NFKC", phrase).lower()))
    latin = "".join(_LATIN.findall(text)).replace(" ", "").replace("/", "")
    chinese = _LATIN.sub("", text) if re.search(r"[\u3400-\u9fff]", text) else ""
    return re.sub(r"^[/.:()\s]+|[/.:\s]+$|\(\s*\)", "", chinese), latin
