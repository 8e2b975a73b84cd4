"""What customers say and what reviewers find, as far as other parts of the platform will keep it (C3, C6, F)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Sum, Unit, three

_CASES = ("所需的事实随案件功能而来", "所需的事實隨案件功能而來", "Its facts come with cases")
_SURVEYS = ("所需的事实随问卷功能而来", "所需的事實隨問卷功能而來", "Its facts come with longer surveys")
_QUALITY = ("所需的事实随质检功能而来", "所需的事實隨質檢功能而來", "Its facts come with evaluations of contacts")
_UNTIL = ("，目前无数据。", "，目前無資料。", "; until then, no data.")


def _figure(
    id: str,
    names: tuple[str, str, str],
    meaning: tuple[str, str, str],
    formula: tuple[str, str, str],
    comes: tuple[str, str, str],
    better: Better,
    top: tuple[Sum, ...],
    bottom: Sum,
    unit: Unit = Unit.RATIO,
) -> Definition:
    gap = ("", "", " ")
    return Definition(
        id,
        three(*names),
        three(*(a + b + c + d for a, b, c, d in zip(meaning, gap, comes, _UNTIL, strict=True))),
        three(*formula),
        unit,
        How.RATIO,
        better,
        Attribution.ARRIVAL,
        "C3, C6; metrics.md, What the customer felt",
        top,
        (bottom,),
    )


JUDGED = (
    _figure(
        "complaint_rate",
        ("客户抱怨率", "客戶來電抱怨率", "Complaint rate"),
        (
            "所有查看过是否带有投诉的联系中，带有投诉的比例。",
            "所有查看過是否帶有抱怨的聯繫中，帶有抱怨的比例。",
            "Of all contacts that were looked at for one, the share that carries a complaint.",
        ),
        ("带有投诉的联系 ÷ 全部联系", "帶有抱怨的聯繫 ÷ 全部聯繫", "contacts that carry a complaint ÷ all contacts"),
        _CASES,
        Better.DOWN,
        (m.complaints,),
        m.looked_at,
    ),
    _figure(
        "nps",
        ("净推荐值", "淨推薦值", "Net promoter score"),
        (
            "0 至 10 分里打 9、10 分者的比例，减去打 0 至 6 分者的比例，从 −100% 到 100%。",
            "0 至 10 分裡打 9、10 分者的比例，減去打 0 至 6 分者的比例，從 −100% 到 100%。",
            "On 0 to 10, the share who gave 9 or 10, less the share who gave 0 to 6: from −100 % to 100 %.",
        ),
        ("(推荐者 − 贬损者) ÷ 回答数", "(推薦者 − 貶損者) ÷ 回答數", "(promoters − detractors) ÷ answers"),
        _SURVEYS,
        Better.UP,
        (m.promoters, m.detractors),
        m.recommendations,
    ),
    _figure(
        "ces",
        ("客户费力度", "客戶費力度", "Customer effort score"),
        (
            "客户说办成这件事有多费力，1（很轻松）到 7（很费力）的平均。",
            "客戶說辦成這件事有多費力，1（很輕鬆）到 7（很費力）的平均。",
            "How hard the customers say it was, from 1 (very easy) to 7 (very hard), on average.",
        ),
        ("费力度总和 ÷ 回答数", "費力度總和 ÷ 回答數", "Σ effort ÷ answers"),
        _SURVEYS,
        Better.DOWN,
        (m.effort,),
        m.efforts,
        Unit.POINTS,
    ),
    _figure(
        "quality_score",
        ("质检得分", "質檢得分", "Quality score"),
        (
            "评过的联系所得分数占可得分数的比例，按抽样方案加权。",
            "評過的聯繫所得分數占可得分數的比例，按抽樣方案加權。",
            "Of the points that evaluated contacts could get, the share they got, weighted by the sampling plan.",
        ),
        ("加权得分 ÷ 加权满分", "加權得分 ÷ 加權滿分", "weighted points ÷ weighted points possible"),
        _QUALITY,
        Better.UP,
        (m.points,),
        m.possible,
    ),
    _figure(
        "critical_error_rate",
        ("致命差错率", "致命差錯率", "Critical error rate"),
        (
            "评过的联系中出现致命差错的比例，按抽样方案加权。",
            "評過的聯繫中出現致命差錯的比例，按抽樣方案加權。",
            "Of the evaluated contacts, the share with an error that spoils the whole contact, weighted by the sampling plan.",
        ),
        (
            "有致命差错的权重 ÷ 全部权重",
            "有致命差錯的權重 ÷ 全部權重",
            "weight with a critical error ÷ weight evaluated",
        ),
        _QUALITY,
        Better.DOWN,
        (m.critical,),
        m.judged,
    ),
)
