"""Charges with what they consist of below them: drug name, 规格, 数量, 金额, 自付类型 (R11: the parts make up the charge)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.spec import yuan

_PARTS = {
    "西药费": (("阿莫西林胶囊", "0.25g*24粒"), ("布洛芬混悬液", "100ml:2g"), ("头孢克肟颗粒", "50mg*6袋"), ("氯雷他定片", "10mg*6片")),
    "中成药费": (("云南白药胶囊", "0.25g*32粒"), ("小儿肺热咳喘颗粒", "3g*12袋"), ("蒲地蓝消炎口服液", "10ml*10支")),
    "化验费": (("血细胞分析", "五分类"), ("C反应蛋白测定", "散射比浊法"), ("尿常规", "仪器法")),
    "检查费": (("X线计算机体层平扫", "头颅"), ("数字化摄影(DR)", "四肢"), ("彩色多普勒超声", "腹部")),
    "治疗费": (("清创缝合", "小"), ("换药", "中"), ("静脉输液", "首组")),
    "卫生材料费": (("一次性使用输液器", "带针"), ("医用纱布块", "8cm*8cm"), ("弹力绷带", "7.5cm")),
}  # fmt: skip
_UNITS = "盒瓶支次袋"


@dataclass(frozen=True)
class Detail:
    name: str
    package: str
    quantity: str
    amount: str
    own_pay: str


@dataclass(frozen=True)
class DetailTable:
    """One wide column; heads with the share of the width where each begins (amounts end at theirs)."""

    heads: tuple[str, str, str, str, str] = ("项目名称", "规格", "数量/单位", "金额（元）", "自付类型")
    at: tuple[float, float, float, float, float] = (0.01, 0.36, 0.56, 0.76, 0.84)
    row_height: int = 38
    head_height: int = 54
    size: int = 21
    mark: str = "  "


def invent_details(items: Sequence[tuple[str, int]], rng: Random, share: float = 0.8) -> dict[int, list[Detail]]:
    """Parts of the charges that can have some; their amounts add up to the charge."""
    found = {}
    for i, (name, fen) in enumerate(items):
        if name in _PARTS and rng.random() < share:
            parts = rng.sample(_PARTS[name], min(rng.choice((1, 2, 2, 3)), len(_PARTS[name])))
            found[i] = [
                Detail(part, package, f"{rng.randrange(1, 4)}{rng.choice(_UNITS)}", yuan(piece), rng.choice(_OWN))
                for (part, package), piece in zip(parts, _split(fen, len(parts), rng), strict=True)
            ]
    return found


_OWN = ("无自付", "无自付", "有自付", "全自付")


def _split(fen: int, parts: int, rng: Random) -> list[int]:
    cuts = sorted(rng.randrange(1, max(fen, 2)) for _ in range(parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, fen], strict=True)]


def draw_details(
    canvas: Canvas,
    items: Sequence[dict[str, Any]],
    details: Mapping[int, Sequence[Detail]],
    table: DetailTable,
    sides: tuple[float, float],
    top: float,
    ink: Ink,
) -> float:
    """Print the table from `top` and give back its end."""
    left, wide = sides[0], sides[1] - sides[0]
    x = [left + wide * share for share in table.at]
    middle = top + table.head_height / 2
    for i, head in enumerate(table.heads):
        canvas.text(x[i], middle, head, table.size, ink, canvas.label_face, "rm" if i == 3 else "lm")
    canvas.line(left, top + table.head_height, sides[1], top + table.head_height, ink)
    y = top + table.head_height + table.row_height * 0.7
    for i, item in enumerate(items):
        canvas.text(x[0], y, item["name"], table.size + 1, field=f"items.{i}.name")
        canvas.text(x[3], y, item["amount"], table.size + 1, anchor="rm", field=f"items.{i}.amount")
        y += table.row_height
        for part in details.get(i, ()):
            canvas.text(x[0] + 36, y, table.mark.strip() + part.name, table.size - 2)
            canvas.text(x[1], y, part.package, table.size - 2)
            canvas.text(x[2], y, part.quantity, table.size - 2)
            canvas.text(x[3], y, part.amount, table.size - 2, anchor="rm")
            canvas.text(x[4], y, part.own_pay, table.size - 2)
            y += table.row_height - 3
    return y + 6
