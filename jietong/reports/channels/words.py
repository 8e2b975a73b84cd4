"""What messages, test pages and notices say, in three languages."""

from typing import Final

from jietong.core.specs import Names
from jietong.metrics.definition import three

_WORDS: Final[dict[str, Names]] = {
    "draft": three("草稿", "草稿", "Draft"),
    "restated": three("更正版", "更正版", "Restated"),
    "greeting": three(
        "您好，这是报表“{title}”，期间：{period}。",
        "您好，這是報表「{title}」，期間：{period}。",
        "This is the report “{title}” for {period}.",
    ),
    "draft_line": three(
        "这是草稿，数字还可能变动。", "這是草稿，數字還可能變動。", "This is a draft: figures may still change."
    ),
    "restated_line": three(
        "本版更正了先前的版本，原因：{reason}",
        "本版更正了先前的版本，原因：{reason}",
        "This edition replaces an earlier one. Reason: {reason}",
    ),
    "attached": three(
        "报表在附件中。内容校验：", "報表在附件中。內容驗證：", "It is attached. To verify the content:"
    ),
    "linked": three(
        "文件较大，请用下面的链接下载。内容校验：",
        "檔案較大，請用下面的連結下載。內容驗證：",
        "The files are large: fetch them by the links below. To verify the content:",
    ),
    "test_title": three("测试页", "測試頁", "Test page"),
    "test_text": three(
        "这是接通发出的测试页，目的地“{name}”设置正确。",
        "這是接通送出的測試頁，目的地「{name}」設定正確。",
        "This test page from Jietong shows that the destination “{name}” works.",
    ),
    "late_title": three("报表未按时送达", "報表未按時送達", "A report is late"),
    "late_text": three(
        "报表“{title}”应在 {deadline} 前送达“{destination}”，至今没有送到。最近的答复：{answer} 系统会继续尝试。",
        "報表「{title}」應在 {deadline} 前送達「{destination}」，至今沒有送到。最近的答覆：{answer} 系統會繼續嘗試。",
        "The report “{title}” should have reached “{destination}” by {deadline} and has not. Last answer: {answer} "
        "It is being tried again.",
    ),
    "no_answer": three("还没有答复。", "還沒有答覆。", "none yet."),
}


def told(key: str, language: str) -> str:
    names = _WORDS[key]
    return names.get(language) or names["en"]
