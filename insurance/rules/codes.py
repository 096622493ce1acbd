"""Coded values with the words people read: reasons, patient states, document kinds, relationships, school types (DESIGN 6)."""

from collections.abc import Mapping
from types import MappingProxyType


def _codes(**labels: str) -> Mapping[str, str]:
    return MappingProxyType(labels)


REASON_CODES = _codes(
    not_insured="未投保该项保障",
    outside_period="不在保险期间内",
    waiting_period="在等待期内",
    event_not_covered="不属于保险责任",
    item_not_covered="费用项目不在保障范围内",
    duplicate_receipt="票据重复提交",
    altered_receipt="票据经过涂改",
    no_evidence="缺少证明材料",
    paid_elsewhere="已由其他途径赔付",
    other="其他原因",
)

SURRENDER_REASONS = _codes(
    bought_twice="重复购买",
    not_wanted="不想要啦",
    poor_service="服务不满意",
    wrong_details="信息填写有误",
    other="其他",
)

PATIENT_STATES = _codes(
    outpatient="门诊治疗",
    inpatient="住院中",
    discharged="已出院",
    recovering="康复中",
    disabled="伤残",
    deceased="身故",
)

DOCUMENT_KINDS = _codes(
    medical_receipt="医疗收费票据",
    expense_list="费用清单",
    medical_record="门急诊病历",
    diagnosis="诊断证明",
    discharge_summary="出院小结",
    exam_report="检查检验报告",
    social_insurance_statement="医保结算单或其他保险分割单",
    accident_proof="意外事故证明",
    disability_report="伤残鉴定书",
    death_certificate="死亡证明",
    insured_id="被保险人身份证或户口簿",
    guardian_id="监护人身份证",
    relationship_proof="监护关系证明",
    heirs_statement="继承人声明",
    power_of_attorney="授权委托书",
    other="其他材料",
)

EVENT_TYPES = _codes(accident="意外", illness="疾病")

RELATIONSHIPS = _codes(self="本人", parent="父母", other_guardian="其他监护人")

SCHOOL_TYPES = _codes(
    kindergarten="幼儿园",
    primary="小学",
    junior="初中",
    senior="高中（含中职）",
    university="高校",
    special="特殊教育学校",
)

GENDERS = _codes(male="男", female="女")

ID_TYPES = _codes(
    resident_id="居民身份证", residence_permit="居住证或永久居留身份证", passport="护照", other="其他证件"
)

CONSENT_KINDS = _codes(
    child_data="处理孩子的个人信息",
    share_with_insurer="向所投保的保险公司提供信息",
    school_feedback="向学校反馈投保与大案进展",
    medical_data="处理医疗健康信息",
    account_data="处理收款账户信息",
    insured_consent="已满18周岁的被保险人本人同意投保并认可身故保险金额",
)

# asked with a purchase, one by one, and whether it can't do without (个人信息保护法 16, 23, 31)
ASKED_CONSENTS: Mapping[str, bool] = MappingProxyType(
    {"child_data": True, "share_with_insurer": True, "school_feedback": False}
)

# one line of business under two names (guide lines 128, 162)
LINE_NAMES = ("学平险", "学意险")

# said wherever renewing is spoken of (银保监办发〔2021〕7号: a short-term policy guarantees none)
NO_GUARANTEED_RENEWAL = "本产品不保证续保：保险期间届满后需要重新投保，经保险公司同意并交纳保险费，获得新的保险合同"

# what it means to take a consent back; taken back here, none ends cover (保险法 15), and a purchase that needs it is called off unpaid
WITHDRAWAL_MEANS = _codes(
    child_data=(
        "撤回后我们停止处理孩子的个人信息，只依法保存已有的保单和理赔记录；尚未支付的投保随即取消，没有费用；"
        "保单继续有效，以后报案需要您重新同意"
    ),
    share_with_insurer=(
        "撤回后不再向保险公司提供新的信息；尚未支付的投保随即取消，没有费用；"
        "保单继续有效，以后报案需要您重新同意，否则保险公司无法审核"
    ),
    school_feedback="撤回后学校不再收到孩子的投保与大案进展；保单和理赔不受影响",
    account_data="撤回后不再使用这个账户，以后还有退款时需要您重新填写；已经提交的退款不受影响",
    # 解释三 2: in writing, to the insurer and the policyholder
    insured_consent=(
        "尚未支付的投保随即取消，没有费用；已有保单的，在这里撤回只作记录："
        "被保险人本人书面通知保险公司和投保人撤销同意后，保险合同即告解除，办理请联系客服"
    ),
)
