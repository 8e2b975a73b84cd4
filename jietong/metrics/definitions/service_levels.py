"""The seven readings of the service level. Contracts dispute it, so each has its formula in words (D6, metrics.md)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Count, Definition, How, Unit, three


def _level(
    id: str,
    hans: tuple[str, str, str],
    hant: tuple[str, str, str],
    en: tuple[str, str, str],
    numerator: tuple[Count, ...],
    denominator: tuple[Count, ...],
    parameters: tuple[str, ...] = ("target_ms",),
    version: int = 1,
) -> Definition:
    return Definition(
        id,
        three(hans[0], hant[0], en[0]),
        three(hans[1], hant[1], en[1]),
        three(hans[2], hant[2], en[2]),
        Unit.RATIO,
        How.RATIO,
        Better.UP,
        Attribution.ARRIVAL,
        "C1, C5, D6; metrics.md, table of service levels",
        numerator,
        denominator,
        parameters=parameters,
        version=version,
    )


SERVICE_LEVELS = (
    _level(
        "sl1",
        (
            "服务水平 SL1",
            "X 秒内离开队列（接起或放弃）的比例。快速放弃被当作达标。",
            "(X 内应答 + X 内放弃) ÷ (应答 + 放弃)",
        ),
        (
            "服務水準 SL1",
            "X 秒內離開佇列（接起或掛斷）的比例。快速掛斷會被當作達標。",
            "(X 內應答 + X 內掛斷) ÷ (應答 + 掛斷)",
        ),
        (
            "Service level SL1",
            "The share that left the queue within X seconds, answered or not. Quick abandons pass as met.",
            "(answered ≤ X + abandoned ≤ X) ÷ (answered + abandoned)",
        ),
        (m.answered_within, m.abandoned_within),
        (m.answered, m.abandoned),
    ),
    _level(
        "sl2",
        ("服务水平 SL2", "被接起的客户中 X 秒内接起的比例。放弃的客户完全不见。", "X 内应答 ÷ 应答"),
        ("服務水準 SL2", "被接起的客戶中 X 秒內接起的比例。掛斷的客戶完全不見。", "X 內應答 ÷ 應答"),
        (
            "Service level SL2",
            "Of those answered, the share answered within X seconds. It hides every abandon.",
            "answered ≤ X ÷ answered",
        ),
        (m.answered_within,),
        (m.answered,),
    ),
    _level(
        "sl3",
        (
            "X 秒内人工接通率",
            "要求人工并已有结果的客户中，X 秒内被接起的比例。默认口径；X 为到达时队列的设定，溢出前的等候一并计算。",
            "X 内应答 ÷ (应答 + 放弃)",
        ),
        (
            "X 秒內專人接聽率",
            "要求專人並已有結果的客戶中，X 秒內被接起的比例。預設口徑；X 為抵達時佇列的設定，溢流前的等候一併計算。",
            "X 內應答 ÷ (應答 + 掛斷)",
        ),
        (
            "Service level",
            "Of those who asked for a person and whose wait is over, the share answered within X seconds. The default. X "
            "is the queue's own as the contact arrived; a wait before an overflow counts too.",
            "answered ≤ X ÷ (answered + abandoned)",
        ),
        (m.answered_within,),
        (m.answered, m.abandoned),
    ),
    _level(
        "sl4",
        ("服务水平 SL4", "X 秒内放弃的客户不计入。", "X 内应答 ÷ (应答 + X 后放弃)"),
        ("服務水準 SL4", "X 秒內掛斷的客戶不計入。", "X 內應答 ÷ (應答 + X 後掛斷)"),
        (
            "Service level SL4",
            "Leaves out those who gave up within X seconds.",
            "answered ≤ X ÷ (answered + abandoned > X)",
        ),
        (m.answered_within,),
        (m.answered, m.abandoned_after),
    ),
    _level(
        "sl5",
        ("服务水平 SL5", "短放弃视为达标。", "(X 内应答 + 短放弃) ÷ (应答 + 放弃)"),
        ("服務水準 SL5", "短掛斷視為達標。", "(X 內應答 + 短掛斷) ÷ (應答 + 掛斷)"),
        (
            "Service level SL5",
            "Counts short abandons as met.",
            "(answered ≤ X + short abandons) ÷ (answered + abandoned)",
        ),
        (m.answered_within, m.abandoned_short),
        (m.answered, m.abandoned),
        ("target_ms", "short_ms"),
    ),
    _level(
        "sl6",
        ("服务水平 SL6", "短放弃不计入。", "X 内应答 ÷ (应答 + 放弃 − 短放弃)"),
        ("服務水準 SL6", "短掛斷不計入。", "X 內應答 ÷ (應答 + 掛斷 − 短掛斷)"),
        (
            "Service level SL6",
            "Leaves short abandons out.",
            "answered ≤ X ÷ (answered + abandoned − short abandons)",
        ),
        (m.answered_within,),
        (m.answered, m.abandoned_not_short),
        ("target_ms", "short_ms"),
    ),
    _level(
        "sl7",
        (
            "真实接通率",
            "所有想找到我们的客户中 X 秒内被接起的比例：被挡在入口外、在流程中流失、因交换机故障断线的也在分母里。"
            "流程已办妥或留了语音的不计。总与合同口径并列显示。",
            "X 内应答 ÷ (应答 + 放弃 + 受阻 + 流程中流失 + 故障断线)",
        ),
        (
            "真實接通率",
            "所有想找到我們的客戶中 X 秒內被接起的比例：被擋在入口外、在流程中流失、因交換機故障斷線的也在分母裡。"
            "流程已辦妥或留下語音的不計。永遠與合約口徑並列顯示。",
            "X 內應答 ÷ (應答 + 掛斷 + 受阻 + 流程中流失 + 故障斷線)",
        ),
        (
            "True access",
            "Of all who tried to reach us, the share answered within X seconds: those turned away at the entry, lost in "
            "the flow or cut off by a fault of the switch are in the denominator. Whom the flow served, or who left a "
            "voicemail, is not. Always shown beside the contract's own reading.",
            "answered ≤ X ÷ (answered + abandoned + blocked + lost in the flow + lost to a fault)",
        ),
        (m.answered_within,),
        (
            m.answered,
            m.abandoned,
            m.entry_blocked,
            m.entry_lost,
            m.lost_in_flow,
            m.flow_switch_lost,
            m.waiting_switch_lost,
        ),
        version=2,
    ),
)
