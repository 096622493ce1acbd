"""Days in the life of a policy on which its family hears of it: it begins, it ends soon, it has ended (保单提醒)."""

from datetime import date, timedelta
from typing import Literal

from insurance.rules.codes import NO_GUARANTEED_RENEWAL

Moment = Literal["in_effect", "expiring", "ended"]
MOMENTS: tuple[Moment, ...] = ("in_effect", "expiring", "ended")
# how long ago cover may have begun for its family still to hear of it
LATE_DAYS = 60


def told_about(moment: Moment, day: date, expiring_days: int) -> date:
    """The first day (`in_effect`) or last day (the others) of cover of the policies that are spoken of on `day`."""
    match moment:
        case "in_effect":
            return day
        case "expiring":
            return day + timedelta(days=expiring_days)
        case "ended":
            return day - timedelta(days=1)


def told_late_about(moment: Moment, day: date, expiring_days: int) -> tuple[date, date] | None:
    """From the first to the last such day of policies that came to us when theirs had passed: issued late, or taken over. Whose
    cover had ended by then hears nothing."""
    match moment:
        case "in_effect":
            return day - timedelta(days=LATE_DAYS), day - timedelta(days=1)
        case "expiring":
            return day, day + timedelta(days=expiring_days - 1)
        case "ended":
            return None


def text_of(moment: Moment, title: str, policy_no: str, about: date, renewal_url: str) -> str:
    """True whenever it is read: it names days, never a distance. `about` as in `told_about`."""
    policy, on = f"您的《{title}》（保单尾号{policy_no[-4:]}）", f"{about.year}年{about.month}月{about.day}日"
    match moment:
        case "in_effect":
            return f"{policy}自{on}零时起生效"
        case "expiring":
            return (
                f"{policy}保障到{on}二十四时为止。愿意续保可以打开 {renewal_url} ，到期前续上没有新的等待期；是否续保由您决定。"
                f"{NO_GUARANTEED_RENEWAL}"
            )
        case "ended":
            return f"{policy}已于{on}二十四时到期。保障期间发生的事故仍可申请理赔"
