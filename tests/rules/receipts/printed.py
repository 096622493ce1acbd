"""Lines of an electronic receipt as an engine would find them, for tests that need no engine."""

from dataclasses import replace

from insurance.rules.receipts.layout import Line

HEIGHT = 30


def line(text: str, x: float, y: float, score: float = 1.0) -> Line:
    right, bottom = x + sum(24 if ord(c) > 0x2E80 else 12 for c in text), y + HEIGHT
    return Line(text, ((x, y), (right, y), (right, bottom), (x, bottom)), score)


def receipt() -> list[Line]:
    return [
        line("江西省医疗门诊收费票据（电子）", 500, 40),
        line("票据代码：36060126", 80, 100),
        line("票据号码：0012345678", 1000, 100),
        line("校验码：a1b2c3", 1000, 150),
        line("交款人：黄子轩", 80, 200),
        line("开票日期：2026-11-02", 1000, 200),
        line("项目名称", 200, 300),
        line("金额（元）", 500, 300),
        line("备注", 700, 300),
        line("项目名称", 1000, 300),
        line("金额（元）", 1300, 300),
        line("备注", 1500, 300),
        line("西药费", 80, 350),
        line("120.50", 530, 350),
        line("检查费", 860, 350),
        line("300.00", 1330, 350),
        line("治疗费", 80, 400),
        line("86.00", 540, 400),
        line("金额合计（大写）伍佰零陆元伍角整", 80, 600),
        line("（小写）", 1000, 600),
        line("506.50", 1120, 600),
        line("业务流水号：2026110212345678", 120, 660),
        line("就诊日期：20261102", 860, 660),
        line("医保类型：城乡居民医保", 120, 710),
        line("医保统筹基金支付：150.00", 120, 760),
        line("其他支付：0.00", 500, 760),
        line("个人账户支付：0.00", 860, 760),
        line("个人现金支付：356.50", 1240, 760),
        line("个人自付：336.50", 120, 810),
        line("个人自费：20.00", 500, 810),
        line("收款单位（章）：南昌市明湖人民医院", 80, 900),
        line("收款人：1234", 1280, 900),
    ]


def changed(lines: list[Line], old: str, new: str | None, score: float | None = None) -> list[Line]:
    """The same page with one text read differently, or (None) not at all."""
    assert any(old == item.text for item in lines)
    kept = [item for item in lines if item.text != old or new is not None]
    return [
        replace(item, text=new, score=item.score if score is None else score) if item.text == old and new else item
        for item in kept
    ]


def tilted(lines: list[Line], slope: float, fan: float) -> list[Line]:
    """The page photographed askew: rows slope, and not all alike."""

    def move(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point[0] - 800, point[1]
        return x + 800 - slope * y, y + (slope + fan * y) * x

    return [replace(item, quad=tuple(move(p) for p in item.quad)) for item in lines]  # type: ignore[arg-type]
