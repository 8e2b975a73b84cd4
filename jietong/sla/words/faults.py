"""What can be wrong with a contract's text. Codes are API: never renamed."""

from collections.abc import Mapping

from jietong.core.specs import Names
from jietong.sla.words.template import Texts, said_of, three

_FAULTS: dict[str, Texts] = {
    "bad_yaml": three("这不是有效的 YAML：{problem}", "這不是有效的 YAML：{problem}", "This is no YAML: {problem}"),
    "aliases": three("引用（*）形成循环或过多", "引用（*）形成循環或過多", "Aliases lead in a circle, or are too many"),
    "not_a_contract": three(
        "文件应是一份映射，以 apiVersion: sla/v1 开头",
        "文件應是一份對映，以 apiVersion: sla/v1 開頭",
        "The file is a mapping that begins with apiVersion: sla/v1",
    ),
    "missing": three("缺少此项", "缺少此項", "This is missing"),
    "twice": three("同一项出现两次", "同一項出現兩次", "The field is there twice"),
    "unknown_field": three("没有这一项；可用：{known}", "沒有這一項；可用：{known}", "There is no such field; known: {known}"),
    "not_a_list": three("这里应是列表", "這裡應是清單", "A list belongs here"),
    "not_a_mapping": three("这里应是“名称: 值”的映射", "這裡應是「名稱: 值」的對映", "A mapping of names to values belongs here"),
    "not_a_text": three("这里应是一段文字", "這裡應是一段文字", "A single text belongs here"),
    "too_long": three("太长，最多 {most} 个字符", "太長，最多 {most} 個字元", "Too long: {most} characters at most"),
    "bad_id": three(
        "“{value}”不能作编号：用字母、数字、点、- 和 _，最多 80 个字符",
        "「{value}」不能作編號：用字母、數字、點、- 和 _，最多 80 個字元",
        "{value!r} is no id: letters, digits, dot, - and _, 80 at most",
    ),
    "not_a_number": three("“{value}”不是数字", "「{value}」不是數字", "{value!r} is no number"),
    "not_whole": three("{value} 不是整数", "{value} 不是整數", "{value} is no whole number"),
    "out_of_range": three("应在 {low} 与 {high} 之间", "應在 {low} 與 {high} 之間", "It lies between {low} and {high}"),
    "both": three("与 {other} 只能写其一", "與 {other} 只能寫其一", "Write this or {other}, not both"),
    "not_true_or_false": three("“{value}”应是 true 或 false", "「{value}」應是 true 或 false", "{value!r}: write true or false"),
    "not_a_date": three("“{value}”不是日期，应如 2026-07-01", "「{value}」不是日期，應如 2026-07-01", "{value!r} is no date: write 2026-07-01"),
    "not_a_month": three("“{value}”不是月份，应如 2026-07", "「{value}」不是月份，應如 2026-07", "{value!r} is no month: write 2026-07"),
    "not_a_time": three("“{value}”不是时间，应如 8:00-20:00", "「{value}」不是時間，應如 8:00-20:00", "{value!r} is no time: write 8:00-20:00"),
    "not_a_weekday": three("“{value}”不是星期，应如 mon 或 mon-fri", "「{value}」不是星期，應如 mon 或 mon-fri", "{value!r} is no weekday: write mon or mon-fri"),
    "not_one_of": three("“{value}”不可用；可用：{known}", "「{value}」不可用；可用：{known}", "{value!r} is not known here; known: {known}"),
    "no_language": three(
        "至少写一种语言：zh-Hans、zh-Hant、en", "至少寫一種語言：zh-Hans、zh-Hant、en", "Write it in one language at least: zh-Hans, zh-Hant, en"
    ),
    "wrong_version": three("只认识 sla/v1", "只認識 sla/v1", "Only sla/v1 is known"),
    "wrong_kind": three("kind 应是 ServiceLevelContract", "kind 應是 ServiceLevelContract", "The kind is ServiceLevelContract"),
    "unknown_zone": three("没有时区“{value}”", "沒有時區「{value}」", "There is no time zone {value!r}"),
    "bad_currency": three("“{value}”不是三个大写字母的币种", "「{value}」不是三個大寫字母的幣別", "{value!r} is no currency: three capital letters, like CNY"),
    "ends_before": three("结束早于开始", "結束早於開始", "It ends before it begins"),
    "same_id": three("编号 {value} 已用过", "編號 {value} 已用過", "The id {value} is used before"),
    "none_there": three("至少写一个", "至少寫一個", "Write one at least"),
    "unknown_metric": three("指标写法有误：{problem}", "指標寫法有誤：{problem}", "The metric cannot be read: {problem}"),
    "one_metric": three("一项目标只用一个指标", "一項目標只用一個指標", "One objective has one metric"),
    "metric_or_judged": three("metric 与 judged 必须且只能写其一", "metric 與 judged 必須且只能寫其一", "Write either metric or judged"),
    "not_an_objective": three("{metric} 不能作合同目标", "{metric} 不能作合約目標", "{metric} cannot be an objective"),
    "unknown_service": three("没有服务“{value}”", "沒有服務「{value}」", "There is no service {value!r}"),
    "unknown_quality": three("quality 中没有“{value}”", "quality 中沒有「{value}」", "There is no {value!r} under quality"),
    "needs_target": three("计费的目标要写 target", "計費的目標要寫 target", "An objective that is charged has a target"),
    "minimum_better": three("底线比目标还好", "底線比目標還好", "The minimum is better than the target"),
    "wrong_way": three(
        "{metric} 的方向相反，应写 op: {op}", "{metric} 的方向相反，應寫 op: {op}", "{metric} goes the other way: write op: {op}"
    ),
    "not_percent": three("{metric} 不是比例，不能用 Percent", "{metric} 不是比例，不能用 Percent", "{metric} is no share: Percent does not fit"),
    "slices_missing": three(
        "Timeslices 需要 timeSliceWindow 和 timeSliceTarget", "Timeslices 需要 timeSliceWindow 和 timeSliceTarget", "Timeslices needs timeSliceWindow and timeSliceTarget"
    ),
    "slices_unused": three("只用于 Timeslices", "只用於 Timeslices", "This is for Timeslices alone"),
    "slices_of": three("{metric} 不能按时段计", "{metric} 不能按時段計", "{metric} cannot be judged by time slices"),
    "slice_too_long": three("时段不能比窗口长", "時段不能比視窗長", "A slice is shorter than its window"),
    "rolling": three("只支持日历窗口，不支持滚动窗口", "只支援日曆視窗，不支援滾動視窗", "Windows are of the calendar; rolling ones are not supported"),
    "bands_order": three("级距应从最好到最差排列", "級距應從最好到最差排列", "Bands run from the best to the worst"),
    "band_last": three("只有最后一个级距可以不写 reach", "只有最後一個級距可以不寫 reach", "Only the last band has no reach"),
    "bonus_below": three("未达目标的级距不能有奖金", "未達目標的級距不能有獎金", "A band below the target cannot have a bonus"),
    "credit_above": three("达到目标的级距不能有扣款", "達到目標的級距不能有扣款", "A band at the target or better cannot have a credit"),
    "weights": three("权重合计 {sum}，不能超过 2.5", "權重合計 {sum}，不能超過 2.5", "The weights add up to {sum}; 2.5 at most"),
    "criteria_weights": three("各项权重合计 {sum}，应为 1", "各項權重合計 {sum}，應為 1", "The weights of the criteria add up to {sum}, not to 1"),
    "no_fee": three("写了扣款却没有费用", "寫了扣款卻沒有費用", "There are credits, but no fee to take them from"),
    "misses_within": three("次数不能大于期数", "次數不能大於期數", "More misses than periods to miss"),
    "waive_last": three("waive 之后不能再有级距；upTo 应递增且大于容许量", "waive 之後不能再有級距；upTo 應遞增且大於容許量", "Limits rise, lie above the tolerance, and nothing follows the last"),
    "points_needed": three("relax 需要 points", "relax 需要 points", "relax needs points"),
    "unknown_format": three("报表格式“{value}”不可用；可用：{known}", "報表格式「{value}」不可用；可用：{known}", "There is no report format {value!r}; known: {known}"),
}  # fmt: skip


def said(code: str, params: Mapping[str, str]) -> Names:
    """The fault in three languages. Raises KeyError for a code that is none."""
    return said_of(_FAULTS[code], params)


def codes() -> frozenset[str]:
    return frozenset(_FAULTS)
