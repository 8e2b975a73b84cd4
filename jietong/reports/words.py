"""The words of a report on paper, in a table or on a page, in three languages. Screens word their own."""

from typing import Final

from jietong.core.specs import Names
from jietong.metrics.definition import three

WORDS: Final[dict[str, Names]] = {
    "period": three("期间", "期間", "Period"),
    "compared": three("对比", "對比", "Compared with"),
    "zone": three("时区", "時區", "Time zone"),
    "as_of": three("数据截至", "資料截至", "As of"),
    "filter": three("筛选", "篩選", "Filter"),
    "made_with": three("由接通制作", "由接通製作", "Prepared with Jietong"),
    "definitions": three("指标定义", "指標定義", "Definitions"),
    "about": three("说明", "說明", "About"),
    "contents": three("目录", "目錄", "Contents"),
    "sheet": three("工作表", "工作表", "Sheet"),
    "report": three("报表", "報表", "Report"),
    "bundle": three("报表合集", "報表合輯", "Reports"),
    "pages": three("第 {page} 页，共 {pages} 页", "第 {page} 頁，共 {pages} 頁", "Page {page} of {pages}"),
    "metric": three("指标", "指標", "Figure"),
    "value": three("数值", "數值", "Value"),
    "unit": three("单位", "單位", "Unit"),
    "numerator": three("分子", "分子", "numerator"),
    "denominator": three("分母", "分母", "denominator"),
    "count_of": three("样本数", "樣本數", "n"),
    "low": three("95% 区间下限", "95% 區間下限", "95 % interval, low"),
    "high": three("95% 区间上限", "95% 區間上限", "95 % interval, high"),
    "before": three("对比期", "對比期", "before"),
    "change": three("变化", "變化", "change"),
    "target": three("目标", "目標", "target"),
    "targets": three("目标：{list}。", "目標：{list}。", "Targets: {list}."),
    "comma": three("、", "、", ", "),
    "from": three("起", "起", "From"),
    "start": three("开始（含时差）", "開始（含時差）", "Start (with offset)"),
    "end": three("结束（含时差）", "結束（含時差）", "End (with offset)"),
    "day": three("日期", "日期", "Day"),
    "week": three("周（周一起）", "週（週一起）", "Week from"),
    "month": three("月份", "月份", "Month"),
    "time": three("时间", "時間", "Time"),
    "total": three("合计", "合計", "Total"),
    "rest": three("其他", "其他", "Others"),
    "none": three("（无）", "（無）", "(none)"),
    "nothing": three("这段时间没有数据。", "這段時間沒有資料。", "Nothing happened in this period."),
    "id": three("编号", "編號", "Id"),
    "formula": three("公式", "公式", "Formula"),
    "meaning": three("含义", "含義", "Meaning"),
    "attribution": three("计入", "計入", "Counted in"),
    "version": three("版本", "版本", "Version"),
    "source": three("出处", "出處", "Source"),
    "arrival": three("到达队列的时段", "抵達佇列的時段", "the interval of arrival"),
    "spent": three("实际用掉的时段", "實際用掉的時段", "the interval in which the time was spent"),
    "s": three("秒", "秒", "s"),
    "gap": three("没能进到队列的客户", "沒能進到佇列的客戶", "shaded: never reached a queue"),
    "gap_other": three("两者之差", "兩者之差", "the difference"),
    "agent_time_hidden": three(
        "坐席与中继的时间同时服务多个委托方，只有能看到全部委托方的人才能看到；这里不显示。",
        "專員與中繼的時間同時服務多個委託方，只有看得到全部委託方的人才看得到；這裡不顯示。",
        "The time of agents and trunks serves several clients; only who sees all of them may see it. It is left out here.",
    ),
    "unavailable": three(
        "这些数字现在取不到：{code}。", "這些數字目前取不到：{code}。", "These figures cannot be had: {code}."
    ),
    "footer": three("指标定义见文末。", "指標定義見文末。", "Definitions stand at the end."),
    "queue": three("队列", "佇列", "Queue"),
    "agent": three("坐席", "專員", "Agent"),
    "client": three("委托方", "委託方", "Client"),
    "channel": three("渠道", "管道", "Channel"),
    "entry": three("入口", "入口", "Entry"),
    "reason": three("原因", "原因", "Reason"),
    "direction": three("方向", "方向", "Direction"),
    "flow": three("流程", "流程", "Flow"),
    "part_time": three("全职/兼职", "全職/兼職", "Employment"),
    "simulated": three("不含模拟联系", "不含模擬聯繫", "without simulated contacts"),
    "simulated_only": three("只含模拟联系", "只含模擬聯繫", "simulated contacts only"),
}
WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "zh-Hans": ("一", "二", "三", "四", "五", "六", "日"),
    "zh-Hant": ("一", "二", "三", "四", "五", "六", "日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def word(code: str, language: str) -> str:
    """In words; the code itself where there are none."""
    return WORDS.get(code, {}).get(language, code)


def named(names: Names, language: str) -> str:
    """In the language, or the nearest one that was written."""
    for one in (language, "en", "zh-Hans", "zh-Hant"):
        if names.get(one):
            return names[one]
    return ""
