"""Invented people, hospitals, charges and receipts; equal seeds give equal ones."""

import datetime as dt
from random import Random

from insurance.simulators.receipts.spec import LAYOUTS, PROVINCES, QR_STYLES, Layout, ReceiptSpec

CITIES = {
    "江西省": ("南昌市", "赣州市", "九江市", "宜春市"),
    "湖南省": ("长沙市", "株洲市", "衡阳市", "岳阳市"),
    "湖北省": ("武汉市", "宜昌市", "襄阳市"),
    "广东省": ("广州市", "佛山市", "惠州市"),
    "浙江省": ("宁波市", "绍兴市", "温州市"),
    "四川省": ("成都市", "绵阳市", "泸州市"),
    "安徽省": ("合肥市", "芜湖市", "安庆市"),
    "山东省": ("济南市", "烟台市", "潍坊市"),
    "河南省": ("郑州市", "洛阳市", "南阳市"),
    "江苏省": ("苏州市", "徐州市", "扬州市"),
    "黑龙江省": ("哈尔滨市", "大庆市", "牡丹江市"),
    "北京市": ("北京市", "北京昌平", "北京通州"),
    "上海市": ("上海市", "上海闵行", "上海浦东"),
}
HOSPITAL_NAMES = (
    "青松",
    "明湖",
    "红枫",
    "云桥",
    "安康",
    "仁济堂",
    "朝阳路",
    "第五",
    "第七",
    "南湖区",
    "开发区",
    "白塔",
)
HOSPITAL_KINDS = (
    "人民医院",
    "中医院",
    "儿童医院",
    "骨科医院",
    "妇幼保健院",
    "中西医结合医院",
    "社区卫生服务中心",
    "口腔医院",
)
FEES = {
    "outpatient": (
        "诊察费", "检查费", "化验费", "治疗费", "手术费", "卫生材料费", "西药费", "中药饮片", "中成药费", "一般诊疗费",
        "挂号费", "其他门(急)诊收费",
    ),
    "inpatient": (
        "床位费", "诊察费", "检查费", "化验费", "治疗费", "手术费", "护理费", "卫生材料费", "西药费", "中药饮片", "中成药费",
        "一般诊疗费", "其他住院收费",
    ),
}  # fmt: skip
DETAILED = (
    "阿莫西林颗粒", "布洛芬混悬液", "破伤风人免疫球蛋白", "左踝关节正侧位片", "清创缝合(小)", "换药(中)",
    "石膏固定术", "血细胞分析(五分类)", "医用纱布块", "一次性使用注射器", "碘伏消毒液", "C反应蛋白测定",
    "头颅CT平扫", "门诊诊察费", "云南白药气雾剂", "肌肉注射",
)  # fmt: skip
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦昌马苗凤花方俞任袁柳"
)
GIVEN = "子轩雨桐浩然梓涵欣怡宇航思远嘉懿博文可馨俊杰诗琪天佑晨曦若琳明哲佳宁一诺奕辰书瑶景行"


def invent_name(rng: Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))


def invent_hospital(rng: Random, province: str) -> str:
    return rng.choice(CITIES[province]) + rng.choice(HOSPITAL_NAMES) + rng.choice(HOSPITAL_KINDS)


def invent(
    seed: int,
    day: dt.date,
    *,
    payer: str | None = None,
    layout: Layout | None = None,
    detailed: bool | None = None,
) -> ReceiptSpec:
    """A plausible receipt of `day`; everything that is not given is drawn from `seed`."""
    rng = Random(f"invent-{seed}")
    layout = layout or LAYOUTS[rng.randrange(len(LAYOUTS))]
    inpatient = layout in ("inpatient", "paper_in")
    province = rng.choice(sorted(PROVINCES))
    if detailed is None:
        detailed = not inpatient and rng.random() < 0.4
    names = DETAILED if detailed else FEES["inpatient" if inpatient else "outpatient"]
    chosen = rng.sample(names, rng.randrange(1, 13 if inpatient else 9))
    items = tuple((name, invent_amount(rng, inpatient)) for name in chosen)
    total = sum(fen for _, fen in items)
    insured = rng.random() < 0.6
    pool = int(total * rng.uniform(0.2, 0.75)) if insured else 0
    other = int(total * 0.05) if insured and rng.random() < 0.3 else 0
    account = int((total - pool - other) * rng.uniform(0.1, 0.9)) if insured and rng.random() < 0.25 else 0
    own = total - pool - other
    return ReceiptSpec(
        payer=payer or invent_name(rng),
        date=day,
        items=items,
        layout=layout,
        pool_pay_fen=pool,
        other_pay_fen=other,
        account_pay_fen=account,
        self_expense_fen=int(own * rng.uniform(0, 0.5)) if insured else own,
        province=province,
        hospital=invent_hospital(rng, province),
        insurance_type=rng.choice(("城乡居民医保", "居民基本医疗保险"))
        if insured
        else rng.choice(("自费", "普通患者")),
        qr_style=rng.choice(QR_STYLES),
        seed=seed,
    )


def invent_amount(rng: Random, inpatient: bool) -> int:
    top = rng.choice((30_00, 300_00, 4_000_00)) if inpatient else rng.choice((20_00, 80_00, 400_00))
    fen = rng.randrange(1_00, top)
    return fen - fen % 100 if rng.random() < 0.4 else fen
