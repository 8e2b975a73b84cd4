"""Words of the lab's exports in three languages; screens have their own."""

from collections.abc import Mapping

from jietong.workforce.lab.model import Assumptions, Change, LeverKind

WORDS: dict[str, tuple[str, str, str]] = {
    "title": ("情景实验室", "情境實驗室", "Scenario lab"),
    "figures": ("结果", "結果", "Results"),
    "levers": ("增人之前", "增員之前", "Before you add a head"),
    "day": ("一天", "一天", "The day"),
    "assumptions": ("假设", "假設", "Assumptions"),
    "scenario": ("情景", "情境", "Scenario"),
    "days": ("模拟天数", "模擬天數", "Days"),
    "sl3": ("SL3", "SL3", "SL3"),
    "sl7": ("真实接通", "真實接通", "True access"),
    "abandon_rate": ("等候中放弃", "等候中掛斷", "Abandoned"),
    "occupancy": ("占用率", "佔用率", "Occupancy"),
    "cost": ("每件解决成本", "每件解決成本", "Cost per resolved contact"),
    "low": ("{}，下限", "{}，下限", "{}, low"),
    "high": ("{}，上限", "{}，上限", "{}, high"),
    "change": ("{}，变化", "{}，變化", "{}, change"),
    "cost_day": ("每天成本", "每天成本", "Cost a day"),
    "helps_from": ("见效", "見效", "Helps from"),
    "more_cost": ("每天多花", "每天多花", "More a day"),
    "more": ("时限内多接", "時限內多接", "More within the time"),
    "each": ("每多接一件", "每多接一件", "For each"),
    "half_hour": ("半小时", "半小時", "Half-hour"),
    "name": ("项目", "項目", "Name"),
    "value": ("数值", "數值", "Value"),
    "first": ("原值", "原值", "At first"),
    "today": ("今天", "今天", "today"),
    "half_hour_later": ("30 分钟后", "30 分鐘後", "30 minutes"),
    "tomorrow": ("明天", "明天", "tomorrow"),
    "three_days": ("3 个工作日后", "3 個工作日後", "3 working days"),
    "two_weeks": ("2 周后", "2 週後", "2 weeks"),
    "four_weeks": ("4 周后", "4 週後", "4 weeks"),
    "eight_weeks": ("8 周后", "8 週後", "8 weeks"),
}
CHANGES: dict[LeverKind, tuple[str, str, str]] = {
    LeverKind.BASE: ("基准：实际情况", "基準：實際情況", "Base: as it was"),
    LeverKind.CALLBACK: ("等候 {after_s:g} 秒后回拨", "等候 {after_s:g} 秒後回撥", "Call-back after {after_s:g} s"),
    LeverKind.PART_TIMERS: ("调入 {count} 名兼职", "調入 {count} 名兼職", "{count} part-timers called in"),
    LeverKind.MOVE_BREAKS: ("调整小休时间", "調整小休時間", "Breaks moved"),
    LeverKind.HANDLING: (
        "处理时长缩短 {seconds:g} 秒",
        "處理時長縮短 {seconds:g} 秒",
        "Handling {seconds:g} s shorter",
    ),
    LeverKind.SELF_SERVICE: ("自助多 {percent:g} %", "自助多 {percent:g} %", "{percent:g} % more by self-service"),
    LeverKind.CROSS_TRAIN: (
        "{percent:g} % 多学一项技能",
        "{percent:g} % 多學一項技能",
        "{percent:g} % cross-trained",
    ),
    LeverKind.LINES: ("增加 {count} 条线路", "增加 {count} 條線路", "{count} more lines"),
    LeverKind.HEADS: ("招聘 {count} 人", "招聘 {count} 人", "Hire {count}"),
    LeverKind.HALF_TRUNKS: ("线路减半", "線路減半", "Half the lines"),
    LeverKind.ABSENT: ("{percent:g} % 缺勤", "{percent:g} % 缺勤", "{percent:g} % absent"),
    LeverKind.SWITCH_DOWN: (
        "交换机停 {start}–{end}",
        "交換機停擺 {start}–{end}",
        "Switch down {start}–{end}",
    ),
}
ASSUMED: Mapping[str, tuple[str, str, str]] = {
    "volume": ("来量倍数", "來量倍數", "Volume, ×"),
    "spread": ("日间波动", "日間波動", "Spread from day to day"),
    "patience_s": ("耐心中位数（秒）", "耐心中位數（秒）", "Patience, median, s"),
    "redial_busy": ("忙音后重拨", "忙線後重撥", "Call again after a busy tone"),
    "redial_abandon": ("放弃后重拨", "掛斷後重撥", "Call again after giving up"),
    "callback_accept": ("接受回拨", "接受回撥", "Take a call-back when offered"),
    "callback_reached": ("回拨一次接通", "回撥一次接通", "Reached by it at the first try"),
    "talk_s": ("通话与保持均值（秒）", "通話與保留均值（秒）", "Talk and hold, mean, s"),
    "wrapup_s": ("整理均值（秒）", "話後處理均值（秒）", "Wrap-up, mean, s"),
    "resolved": ("一次解决", "一次解決", "Solved in one contact"),
    "absent": ("未告知缺勤", "未告知缺勤", "Absent without notice"),
    "part_time_accept": ("兼职应召", "兼職應召", "Part-timers who accept"),
    "part_time_travel_s": ("邀请到首通（秒）", "邀請到首通（秒）", "From invitation to first call, s"),
    "lines": ("线路", "線路", "Lines"),
    "full_time_hour": ("全职每小时", "全職每小時", "Full-time hour"),
    "part_time_hour": ("兼职每小时", "兼職每小時", "Part-time hour"),
    "line_day": ("线路每天", "線路每天", "Line a day"),
    "callback_cost": ("每次回拨", "每次回撥", "Call-back"),
    "coaching_day": ("每人每天辅导（分钟）", "每人每天輔導（分鐘）", "Coaching of each agent a day, min"),
    "menu_day": ("自助维护每天", "自助維護每天", "Upkeep of self-service a day"),
    "training_hours": ("一项技能培训（小时）", "一項技能訓練（小時）", "Training for one skill, h"),
    "target": ("目标", "目標", "Target"),
    "within_s": ("时限（秒）", "時限（秒）", "Within, s"),
    "max_occupancy": ("占用率上限", "佔用率上限", "Limit of occupancy"),
}
_LANGUAGES = ("zh-Hans", "zh-Hant", "en")
assert set(ASSUMED) == set(Assumptions.__struct_fields__)


def word(key: str, language: str) -> str:
    return WORDS[key][_LANGUAGES.index(language)]


def assumption(name: str, language: str) -> str:
    return ASSUMED[name][_LANGUAGES.index(language)]


def named(change: Change, language: str, name: str = "") -> str:
    """A scenario's name: a planner's own, or its change in words."""
    if name:
        return name
    if change.kind is LeverKind.TOGETHER:
        return " + ".join(named(part, language) for part in change.parts)
    return CHANGES[change.kind][_LANGUAGES.index(language)].format(
        count=change.count,
        after_s=change.after_s,
        seconds=change.seconds,
        percent=change.share * 100,
        start=change.start,
        end=change.end,
    )
