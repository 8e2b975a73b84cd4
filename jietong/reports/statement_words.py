"""The fixed words of a statement, in three languages. Pure."""

from datetime import date, datetime

WORDS: dict[str, dict[str, str]] = {
    "title": {"zh-Hans": "{month}服务结算单", "zh-Hant": "{month}服務月結單", "en": "Service statement, {month}"},
    "number": {
        "zh-Hans": "编号 {number}，{state}，{at} 出具",
        "zh-Hant": "編號 {number}，{state}，{at} 開立",
        "en": "No. {number}, {state}, issued {at}",
    },
    "corrected": {
        "zh-Hans": "更正版。原因：{reason}",
        "zh-Hant": "更正版。原因：{reason}",
        "en": "Restated: {reason}",
    },
    "draft": {"zh-Hans": "草稿", "zh-Hant": "草稿", "en": "draft"},
    "final": {"zh-Hans": "定稿", "zh-Hant": "定版", "en": "final"},
    "replaced": {"zh-Hans": "已被更正版取代", "zh-Hant": "已由更正版取代", "en": "replaced by a restatement"},
    "watermark": {"zh-Hans": "草稿", "zh-Hant": "草稿", "en": "DRAFT"},
    "watermark_replaced": {"zh-Hans": "已被取代", "zh-Hant": "已由新版取代", "en": "REPLACED"},
    "prepared": {"zh-Hans": "由接通编制。", "zh-Hant": "由接通編製。", "en": "Prepared with Jietong."},
    "for": {"zh-Hans": "致", "zh-Hant": "致", "en": "For"},
    "services": {"zh-Hans": "服务", "zh-Hant": "服務", "en": "Services"},
    "contract": {"zh-Hans": "协议", "zh-Hant": "合約", "en": "Contract"},
    "version": {"zh-Hans": "第 {n} 版", "zh-Hant": "第 {n} 版", "en": "version {n}"},
    "hours": {"zh-Hans": "时间", "zh-Hant": "時間", "en": "Hours"},
    "target": {"zh-Hans": "目标", "zh-Hant": "目標", "en": "target"},
    "access": {"zh-Hans": "真实接通率（SL7）", "zh-Hant": "真實接通率（SL7）", "en": "True access (SL7)"},
    "called": {
        "zh-Hans": "来电 {d} 通中的 {n} 通",
        "zh-Hant": "來電 {d} 通中的 {n} 通",
        "en": "{n} of {d} who called",
    },
    "before": {
        "zh-Hans": "未计排除：{value} %",
        "zh-Hant": "未計排除：{value} %",
        "en": "{value} % before exclusions",
    },
    "no_exclusions": {"zh-Hans": "无排除", "zh-Hant": "無排除", "en": "no exclusions"},
    "payable": {
        "zh-Hans": "本期应付：服务费 − 扣款 + 奖金，未税",
        "zh-Hant": "本期應付：服務費 − 扣款 + 獎金，未稅",
        "en": "Payable: fee − credits + bonus, before tax",
    },
    "agreed": {"zh-Hans": "约定", "zh-Hant": "約定事項", "en": "What was agreed"},
    "reached": {"zh-Hans": "本期", "zh-Hant": "本期", "en": "Reached"},
    "target_head": {"zh-Hans": "目标", "zh-Hant": "目標", "en": "Target"},
    "verdict": {"zh-Hans": "结论", "zh-Hant": "結論", "en": "Verdict"},
    "money": {"zh-Hans": "金额", "zh-Hant": "金額", "en": "Money"},
    "net": {"zh-Hans": "扣款与奖金合计", "zh-Hant": "扣款與獎金合計", "en": "Net of credits and bonus"},
    "why": {"zh-Hans": "原因", "zh-Hant": "原因", "en": "Why"},
    "months": {"zh-Hans": "十三个月", "zh-Hant": "十三個月", "en": "Thirteen months"},
    "gap": {"zh-Hans": "没进队列的来电", "zh-Hant": "沒進佇列的來電", "en": "never reached a queue"},
    "next": {"zh-Hans": "接下来", "zh-Hant": "接下來", "en": "What happens next"},
    "owner": {"zh-Hans": "负责人", "zh-Hant": "負責人", "en": "Owner"},
    "due": {"zh-Hans": "期限", "zh-Hant": "期限", "en": "By"},
    "expected": {"zh-Hans": "预期（模拟）", "zh-Hant": "預期（模擬）", "en": "Expected (simulated)"},
    "in_words": {"zh-Hans": "怎么算", "zh-Hant": "怎麼算", "en": "The figures in words"},
    "example": {"zh-Hans": "算例", "zh-Hant": "算例", "en": "Worked example"},
    "records": {"zh-Hans": "数据", "zh-Hant": "資料", "en": "Records"},
    "ledgers": {
        "zh-Hans": "账本 {ledgers}。更正一律另出带编号的新结算单。",
        "zh-Hant": "帳本 {ledgers}。更正一律另開編號的新月結單。",
        "en": "Ledgers {ledgers}. Any correction is a new, numbered statement.",
    },
    "ledger": {"zh-Hans": "{name} 至第 {seq} 条", "zh-Hant": "{name} 至第 {seq} 筆", "en": "{name} to event {seq}"},
    "digest": {"zh-Hans": "摘要 SHA-256", "zh-Hant": "摘要 SHA-256", "en": "Digest, SHA-256"},
    "ours": {"zh-Hans": "我方", "zh-Hant": "我方", "en": "our side"},
    "unsigned": {"zh-Hans": "待签", "zh-Hant": "待簽", "en": "to be signed"},
    "footer": {
        "zh-Hans": "摘要可在客户入口“结算单 {number}”核对，或运行 jietong sla verify。",
        "zh-Hant": "摘要可在客戶入口「月結單 {number}」核對，或執行 jietong sla verify。",
        "en": "Check the digest in the portal under Statements, {number}, or by jietong sla verify.",
    },
    "pages": {
        "zh-Hans": "第 {page} 页，共 {pages} 页",
        "zh-Hant": "第 {page} 頁，共 {pages} 頁",
        "en": "Page {page} of {pages}",
    },
    "days": {"zh-Hans": "每天", "zh-Hant": "每天", "en": "Days"},
    "day": {"zh-Hans": "日期", "zh-Hant": "日期", "en": "Day"},
    "volume": {"zh-Hans": "话务量", "zh-Hant": "話務量", "en": "Volume"},
    "numerator": {"zh-Hans": "分子", "zh-Hant": "分子", "en": "Numerator"},
    "denominator": {"zh-Hans": "分母", "zh-Hant": "分母", "en": "Denominator"},
    "value": {"zh-Hans": "数值", "zh-Hant": "數值", "en": "Value"},
    "blocked": {"zh-Hans": "被挡下", "zh-Hant": "被擋下", "en": "Blocked"},
    "unknown": {"zh-Hans": "未知", "zh-Hant": "未知", "en": "unknown"},
    "exclusions": {"zh-Hans": "排除", "zh-Hant": "排除", "en": "Exclusions"},
    "what": {"zh-Hans": "事由", "zh-Hant": "事由", "en": "What"},
    "class": {"zh-Hans": "类别", "zh-Hant": "類別", "en": "Class"},
    "from": {"zh-Hans": "起", "zh-Hant": "起", "en": "From"},
    "to": {"zh-Hans": "止", "zh-Hant": "止", "en": "To"},
    "contacts": {"zh-Hans": "通数", "zh-Hant": "通數", "en": "Contacts"},
    "evidence": {"zh-Hans": "凭证", "zh-Hant": "憑證", "en": "Evidence"},
    "decided": {"zh-Hans": "决定", "zh-Hant": "決定", "en": "Decided"},
    "approved": {"zh-Hans": "核准", "zh-Hant": "核准", "en": "approved"},
    "rejected": {"zh-Hans": "驳回", "zh-Hant": "駁回", "en": "rejected"},
    "submitted": {"zh-Hans": "待核准", "zh-Hant": "待核准", "en": "waiting"},
    "definitions": {"zh-Hans": "定义", "zh-Hant": "定義", "en": "Definitions"},
    "figure": {"zh-Hans": "指标", "zh-Hant": "指標", "en": "Figure"},
    "meaning": {"zh-Hans": "公式", "zh-Hant": "公式", "en": "Formula"},
    "invoice": {"zh-Hans": "账单行", "zh-Hant": "帳單明細", "en": "Invoice lines"},
    "line": {"zh-Hans": "项目", "zh-Hant": "項目", "en": "Line"},
    "amount": {"zh-Hans": "金额", "zh-Hant": "金額", "en": "Amount"},
    "total": {"zh-Hans": "应付", "zh-Hant": "應付", "en": "Payable"},
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def word(code: str, language: str, **values: object) -> str:
    return WORDS[code][language].format(**values)


def month(key: str, language: str) -> str:
    """2026-07 as `July 2026`, `2026 年 7 月`."""
    year, number = int(key[:4]), int(key[5:7])
    return f"{_MONTHS[number - 1]} {year}" if language == "en" else f"{year} 年 {number} 月"


def month_short(key: str, language: str) -> str:
    number = int(key[5:7])
    return _MONTHS[number - 1][:3] if language == "en" else f"{number} 月"


def day(text: str, language: str) -> str:
    """2026-07-08 as `8 July`, `7 月 8 日`."""
    on = date.fromisoformat(text)
    return f"{on.day} {_MONTHS[on.month - 1]}" if language == "en" else f"{on.month} 月 {on.day} 日"


def moment(at: datetime, language: str) -> str:
    if language == "en":
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"
    return f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}"
