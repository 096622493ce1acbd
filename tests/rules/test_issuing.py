from datetime import UTC, date, datetime, timedelta

import pytest

from insurance.rules.issuing import issue_plan

# 10:00 in China
ASKED = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
NEXT_DAY = date(2026, 3, 11)


def calls(asked_at, first_day=NEXT_DAY, days=3):
    return [(call.kind, call.at - asked_at) for call in issue_plan(asked_at, first_day, days).calls]


def test_people_hear_after_some_hours_before_cover_begins_and_at_half_time():
    assert calls(ASKED) == [
        ("issue_late", timedelta(hours=4)),
        ("cover_not_begun", timedelta(hours=12)),
        ("issue_escalated", timedelta(hours=36)),
    ]
    assert issue_plan(ASKED, NEXT_DAY, 3).gives_up_at - ASKED == timedelta(days=3)


@pytest.mark.parametrize(
    ("hour_in_china", "eve"), [(21, timedelta(hours=1)), (23, timedelta(minutes=15)), (22, timedelta(minutes=15))]
)
def test_who_pays_in_the_evening_hears_before_midnight(hour_in_china, eve):
    assert calls(ASKED + timedelta(hours=hour_in_china - 10))[0] == ("cover_not_begun", eve)


def test_a_cover_that_has_begun_or_begins_in_minutes_is_not_announced():
    for asked_at in (ASKED + timedelta(hours=13, minutes=50), ASKED + timedelta(days=20)):
        assert [kind for kind, _ in calls(asked_at)] == ["issue_late", "issue_escalated"]


def test_nothing_is_said_after_the_premium_went_back():
    assert [kind for kind, _ in calls(ASKED, days=0.5)] == ["issue_late", "issue_escalated"]
    assert [kind for kind, _ in calls(ASKED, first_day=date(2026, 9, 1))] == ["issue_late", "issue_escalated"]
