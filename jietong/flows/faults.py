"""What can be wrong with a flow, in the three languages of those who draw it. Codes are API: never renamed."""

from typing import Any, Literal

from msgspec import Struct

from jietong.core.specs import Names


class Fault(Struct, frozen=True):
    """One thing wrong, at its node (None: the flow as a whole) and field.

    An error keeps the flow from being published; a warning does not.
    """

    node: str | None
    field: str
    code: str
    level: Literal["error", "warning"]
    params: dict[str, str | int] = {}

    @property
    def message(self) -> Names:
        """What is wrong, in words."""
        return {language: text.format_map(_Params(self.params)) for language, text in WORDS[self.code].items()}


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _words(hans: str, hant: str, en: str) -> Names:
    return {"zh-Hans": hans, "zh-Hant": hant, "en": en}


WORDS: dict[str, Names] = {
    # the whole
    "name_missing": _words(
        "流程还没有{language}名称", "流程還沒有{language}名稱", "The flow has no name in {language}"
    ),
    "no_languages": _words("至少选一种语言", "至少選一種語言", "Choose one language at least"),
    "no_start": _words("还没有指定从哪个节点开始", "還沒有指定從哪個節點開始", "No node is named as the start"),
    "too_many_nodes": _words(
        "最多 {max} 个节点，现有 {count} 个",
        "最多 {max} 個節點，現有 {count} 個",
        "At most {max} nodes; there are {count}",
    ),
    "duplicate_id": _words("节点编号 {id} 重复", "節點編號 {id} 重複", "Two nodes have the id {id}"),
    "bad_id": _words(
        "节点编号只能用字母、数字、- 和 _，最多 40 个字符",
        "節點編號只能用字母、數字、- 和 _，最多 40 個字元",
        "A node's id is letters, digits, - and _, 40 at most",
    ),
    # the graph
    "dead_end": _words("出口“{exit}”没有去向", "出口「{exit}」沒有去向", "The exit “{exit}” leads nowhere"),
    "unknown_target": _words(
        "出口“{exit}”指向不存在的节点 {target}",
        "出口「{exit}」指向不存在的節點 {target}",
        "The exit “{exit}” leads to {target}, which does not exist",
    ),
    "target_is_note": _words(
        "出口“{exit}”指向一条备注", "出口「{exit}」指向一則備註", "The exit “{exit}” leads to a note"
    ),
    "unknown_exit": _words(
        "这个节点没有出口“{exit}”，连线会被忽略",
        "這個節點沒有出口「{exit}」，連線會被忽略",
        "This node has no exit “{exit}”: the connection is ignored",
    ),
    "unreachable": _words("走不到这个节点", "走不到這個節點", "No way leads here"),
    "endless": _words(
        "这里会原地打转：一圈里没有一步等客户按键或等候",
        "這裡會原地打轉：一圈裡沒有一步等客戶按鍵或等候",
        "This runs in circles: no step of the loop asks the customer or waits",
    ),
    "no_way_out": _words(
        "从这里走不到任何“挂机”节点", "從這裡走不到任何「掛機」節點", "No hang-up node can be reached from here"
    ),
    "after_talk": _words(
        "通话已经结束，客户不能再从这里进队列、留言或转接",
        "通話已經結束，客戶不能再從這裡進佇列、留言或轉接",
        "The talk is over by here: a queue, voicemail or transfer is no longer possible",
    ),
    "survey_before_talk": _words(
        "到这里可能还没有通话，调查会被跳过",
        "到這裡可能還沒有通話，調查會被跳過",
        "There may have been no talk before this: the survey is skipped then",
    ),
    # prompts
    "prompt_missing": _words("还没有提示音", "還沒有提示音", "The prompt is missing"),
    "bad_part": _words(
        "提示音的每一段要么是文字，要么是录音",
        "提示音的每一段要麼是文字，要麼是錄音",
        "Each part of a prompt is either words or a recording",
    ),
    "text_missing": _words("缺{language}文字", "缺{language}文字", "The words are missing in {language}"),
    "text_too_long": _words("文字最多 {max} 个字符", "文字最多 {max} 個字元", "At most {max} characters"),
    "unknown_prompt": _words("没有录音 {prompt}", "沒有錄音 {prompt}", "There is no recording {prompt}"),
    "audio_missing": _words(
        "录音 {prompt} 缺{language}，会改用合成语音",
        "錄音 {prompt} 缺{language}，會改用合成語音",
        "The recording {prompt} lacks {language}: a synthetic voice speaks instead",
    ),
    "unheard": _words(
        "录音 {prompt} 既没有{language}录音，也没有{language}文字",
        "錄音 {prompt} 既沒有{language}錄音，也沒有{language}文字",
        "The recording {prompt} has neither sound nor words in {language}",
    ),
    "unwritten": _words(
        "录音 {prompt} 没有{language}文字，聊天里显示不出来",
        "錄音 {prompt} 沒有{language}文字，聊天裡顯示不出來",
        "The recording {prompt} has no words in {language}: a chat cannot show it",
    ),
    "bad_form": _words(
        "不认识的读法“{form}”", "不認識的讀法「{form}」", "There is no way of reading called “{form}”"
    ),
    # variables
    "bad_variable": _words(
        "变量名用小写字母开头，只含小写字母、数字和 _",
        "變數名用小寫字母開頭，只含小寫字母、數字和 _",
        "A variable's name begins with a small letter and has small letters, digits and _ only",
    ),
    "unset_variable": _words(
        "用到了变量 {variable}，但前面从没有赋值",
        "用到了變數 {variable}，但前面從沒有賦值",
        "The variable {variable} is used but never set before",
    ),
    "perhaps_unset": _words(
        "变量 {variable} 在有的路径上还没有赋值",
        "變數 {variable} 在有的路徑上還沒有賦值",
        "On some ways here the variable {variable} has not been set",
    ),
    "secret_used": _words(
        "{variable} 是保密数字，只能放进 HTTP 请求的正文或请求头",
        "{variable} 是保密數字，只能放進 HTTP 請求的正文或請求標頭",
        "{variable} holds secret digits: they may only go into the body or headers of a request",
    ),
    # keys and numbers
    "no_choices": _words("至少要有一个选项", "至少要有一個選項", "There must be one choice at least"),
    "bad_key": _words("按键只能是 0–9、* 或 #", "按鍵只能是 0–9、* 或 #", "A key is one of 0–9, * and #"),
    "duplicate_key": _words("按键 {key} 重复", "按鍵 {key} 重複", "The key {key} is used twice"),
    "label_missing": _words(
        "按键 {key} 缺{language}名称", "按鍵 {key} 缺{language}名稱", "The key {key} has no name in {language}"
    ),
    "language_not_spoken": _words(
        "这条流程没有配{language}", "這條流程沒有配{language}", "This flow is not to be had in {language}"
    ),
    "out_of_range": _words("应在 {min} 到 {max} 之间", "應在 {min} 到 {max} 之間", "Between {min} and {max}"),
    "min_over_max": _words(
        "最少位数大于最多位数", "最少位數大於最多位數", "The least number of digits exceeds the most"
    ),
    "bad_pattern": _words(
        "格式写法不对，或太复杂：最多 {max} 个重复号，括号后不能再重复",
        "格式寫法不對，或太複雜：最多 {max} 個重複號，括號後不能再重複",
        "The pattern is wrong or too complicated: {max} repetitions at most, and none of a group",
    ),
    "bad_score": _words("得分是 1 到 5", "得分是 1 到 5", "Scores are 1 to 5"),
    # what is referred to
    "queue_missing": _words("还没有选队列", "還沒有選佇列", "No queue is chosen"),
    "unknown_queue": _words("没有队列 {queue}", "沒有佇列 {queue}", "There is no queue {queue}"),
    "foreign_queue": _words(
        "队列 {queue} 属于另一个委托方",
        "佇列 {queue} 屬於另一個委託方",
        "The queue {queue} belongs to another client",
    ),
    "wrong_channel": _words(
        "队列 {queue} 不接“{channel}”", "佇列 {queue} 不接「{channel}」", "The queue {queue} does not take {channel}"
    ),
    "hours_missing": _words("还没有选营业时间", "還沒有選營業時間", "No opening hours are chosen"),
    "unknown_hours": _words("没有营业时间 {hours}", "沒有營業時間 {hours}", "There are no opening hours {hours}"),
    "number_missing": _words("还没有填号码", "還沒有填號碼", "The number is missing"),
    "bad_number": _words("这不是能拨的号码", "這不是能撥的號碼", "This is no number that can be dialled"),
    "unknown_extension": _words("没有分机 {number}", "沒有分機 {number}", "There is no extension {number}"),
    # conditions
    "no_branches": _words("至少要有一个分支", "至少要有一個分支", "There must be one branch at least"),
    "unknown_subject": _words(
        "不认识的条件“{subject}”", "不認識的條件「{subject}」", "There is no subject “{subject}”"
    ),
    "bad_value": _words(
        "这个比较需要另一种值", "這個比較需要另一種值", "This comparison needs a value of another kind"
    ),
    # requests
    "bad_url": _words(
        "地址要以 http:// 或 https:// 开头，主机名里不能有变量",
        "位址要以 http:// 或 https:// 開頭，主機名裡不能有變數",
        "The address begins with http:// or https:// and has no variable in its host",
    ),
    "host_not_allowed": _words(
        "主机 {host} 不在允许名单里",
        "主機 {host} 不在允許名單裡",
        "The host {host} is not on the list of those allowed",
    ),
    "bad_header": _words("请求头 {header} 不能用", "請求標頭 {header} 不能用", "The header {header} cannot be used"),
    # chats
    "skipped_in_chat": _words(
        "聊天里没有这一步，会从出口“{exit}”跳过",
        "聊天裡沒有這一步，會從出口「{exit}」跳過",
        "A chat cannot have this step and passes by the exit “{exit}”",
    ),
}
