"""The electronic policy (电子保单): the contract as the family keeps it, with what was agreed to and how anybody can check it (DOMAIN
A26; 保险法 13: issued promptly; 17: terms attached, with what limits the cover)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from insurance.letters.coverage_words import payment_words, waiting_words
from insurance.letters.letter import Block, Facts, Heading, Issuer, Letter, Paragraph, QrCode, Table, chinese_day
from insurance.rules.capitals import write_capitals
from insurance.rules.codes import NO_GUARANTEED_RENEWAL, RELATIONSHIPS
from insurance.rules.death_cover import DeathCover
from insurance.rules.money import yuan
from insurance.rules.terms import ProductTerms

TITLE = "电子保险单"


@dataclass(frozen=True)
class PersonOnPolicy:
    """The name in full, for it is the family's own contract; numbers masked, for it is shown around."""

    name: str
    id_number: str
    mobile: str = ""


@dataclass(frozen=True)
class AgreedText:
    """What was read and agreed to before buying."""

    title: str
    version: str
    sha256: str


@dataclass(frozen=True)
class EndorsementOnPaper:
    """What the insurer put right (批单)."""

    endorsement_no: str
    on: date
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PolicyOnPaper:
    """`terms` are those frozen at purchase. `ends_on`: the last day as contracted. `death_limit_fen`: what of the death benefit was
    accepted when the minors' cap left only a part, with `death_cover` telling how (保监发〔2015〕90号); else None."""

    policy_no: str
    terms: ProductTerms
    applicant: PersonOnPolicy
    insured: PersonOnPolicy
    relationship: str
    school_class: str
    effective_date: date
    ends_on: date
    premium_fen: int
    paid_on: date
    issued_on: date
    renewal: bool
    death_limit_fen: int | None
    death_cover: DeathCover | None
    agreed: tuple[AgreedText, ...]
    endorsements: tuple[EndorsementOnPaper, ...] = ()


def electronic_policy(paper: PolicyOnPaper, number: str, issuer: Issuer, verify_url: str) -> Letter:
    """`number` is the document's own: a correction of the policy gives another one."""
    return Letter(
        title=TITLE,
        number=number,
        issuer=issuer,
        dated=paper.issued_on,
        blocks=(
            _contract(paper),
            Paragraph(f"保险期间：自{chinese_day(paper.effective_date)}零时起至{chinese_day(paper.ends_on)}二十四时止（北京时间）。"),
            Paragraph(f"保险费：人民币{yuan(paper.premium_fen)}元（{write_capitals(paper.premium_fen)}），{chinese_day(paper.paid_on)}收讫。"),
            Paragraph(f"{NO_GUARANTEED_RENEWAL}。"),
            Heading("保险责任（单位：元）"),
            _coverages(paper),
            Paragraph("等待期、免赔额、赔付比例和“不赔”各项均减轻保险公司的责任，请特别留意；完整内容以所列条款为准。", small=True),
            *_death_limit(paper),
            *_endorsements(paper),
            *_agreed(paper),
            Heading("服务与验真"),
            QrCode(
                verify_url,
                (
                    f"客服与报案热线：{issuer.hotline}（{issuer.hours}）",
                    "扫描左侧二维码，可核对本保单是否真实、目前是否有效，以及本文件的 SHA-256。请勿公开二维码。",
                    "本文件带有保险公司的电子签名，改动任何一处，签名即失效。",
                ),
            ),
        ),
    )  # fmt: skip


def _contract(paper: PolicyOnPaper) -> Facts:
    return Facts(
        (
            ("保单号", paper.policy_no),
            ("产品", paper.terms.title),
            ("产品编号", paper.terms.product_id),
            ("条款版本", paper.terms.version),
            ("投保人", paper.applicant.name),
            ("被保险人", paper.insured.name),
            ("投保人证件", paper.applicant.id_number),
            ("被保险人证件", paper.insured.id_number),
            ("投保人手机", paper.applicant.mobile or "—"),
            ("投保人是被保险人的", RELATIONSHIPS.get(paper.relationship, paper.relationship)),
            ("班级", paper.school_class or "—"),
            ("身故受益人", "未指定（依保险法第四十二条）"),
        )
    )


def _coverages(paper: PolicyOnPaper) -> Table:
    terms = paper.terms
    rows = tuple(
        (c.label, yuan(c.limit_fen), waiting_words(c, paper.renewal), payment_words(c, terms), c.clause)
        for c in terms.coverages
    )
    header = ("保险责任", "保险金额", "等待期", "免赔额与赔付比例", "条款")
    return Table(header, rows, (22, 12, 9, 31, 26), frozenset({1}), total=False)


def _death_limit(paper: PolicyOnPaper) -> Iterator[Block]:
    limit, cover = paper.death_limit_fen, paper.death_cover
    if limit is None:
        return
    yield Heading("未成年人身故保险金限额（保监发〔2015〕90号，单位：元）")
    yield Paragraph(f"本保单各项身故保险金合计以{yuan(limit)}元为限。")
    if cover is not None:
        yield Paragraph(
            f"被保险人在保障生效日{cover.age}周岁，投保时告知已有的身故保额为{yuan(cover.existing_fen)}元："
        )
        steps = tuple((step.label, yuan(step.amount_fen)) for step in cover.steps)
        rows = (*steps, ("本保单身故保险金限额", yuan(limit)))
        yield Table(("计算", "金额"), rows, (78, 22), frozenset({1}))


def _endorsements(paper: PolicyOnPaper) -> Iterator[Block]:
    if paper.endorsements:
        yield Heading("更正记录")
        yield Paragraph("本文件为更正后的电子保单，此前签发的版本不再使用。")
        rows = tuple((e.endorsement_no, chinese_day(e.on), "、".join(e.labels)) for e in paper.endorsements)
        yield Table(("批单号", "日期", "更正的内容"), rows, (30, 20, 50), frozenset(), total=False)


def _agreed(paper: PolicyOnPaper) -> Iterator[Block]:
    yield Heading("投保时已阅读并同意的文件")
    if not paper.agreed:
        yield Paragraph("本保单由其他渠道售出，投保时同意的文件由该渠道保存。")
        return
    rows = tuple((text.title, text.version, text.sha256) for text in paper.agreed)
    yield Table(("文件", "版本", "SHA-256"), rows, (18, 8, 74), frozenset(), total=False)
