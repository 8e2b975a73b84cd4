import { count, instant } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { statements } from "../../../i18n/statements";
import { Icon, Mark } from "../../../ui/Icon";
import { Amount, pressOf, VerdictMark } from "../Bits";
import { dayName, digestWords, inUnit, isZero, money, monthName, negated, share, symbol, unitSign } from "../figures";
import type { Statement } from "../model";
import { Target } from "../ObjectiveTable";
import { Thirteen } from "./Thirteen";

/** The statement as it stands on paper: verdict, money, cause, what comes next; then days, exclusions, definitions. */
export function Sheet({ one, preview }: { one: Statement; preview: boolean }) {
  const t = useWords(statements);
  const lang = useLanguage();
  const month = monthName(one.period, lang, true);
  const first = one.objectives.find((each) => each.charged && each.variant) ?? one.objectives[0];
  const join = lang === "en" ? ", " : "、";
  const { money: settled, access } = one;
  const signed = (["ours", "theirs"] as const).map((side) => ({
    side,
    by: one.approvals.filter((each) => each.side === side),
    name: inLanguage(side === "ours" ? one.our_names : one.client_names, lang),
  }));
  const credits = settled.credits.startsWith("-") ? settled.credits : negated(settled.credits);
  return (
    <article
      className="sm-sheet"
      data-water={one.state === "draft" ? t(preview ? "preview" : "state.draft") : undefined}
    >
      <header className="sm-lh">
        <div>
          <div className="sm-org">
            <Mark size={22} />
            {inLanguage(one.our_names, lang)}
          </div>
          <div className="jt-note">{t("preparedWith")}</div>
        </div>
        <div className="sm-doc">
          <h1>{t("heading", { month })}</h1>
          <div className="jt-note">
            {preview
              ? t("previewLine")
              : t("numberLine", {
                  number: one.number,
                  state: t(`state.${one.state}`),
                  at: instant(one.final_at ?? one.made_at, "moment", lang),
                })}
          </div>
          {one.reason ? <div className="jt-note">{t("reason", { reason: one.reason })}</div> : null}
        </div>
      </header>
      {one.differs ? (
        <div className="jt-banner" data-level="look" role="status">
          <Icon name="missed" />
          <span className="jt-grow">{inLanguage(one.differs.texts, lang) || t("differs")}</span>
        </div>
      ) : null}
      <dl className="sm-to">
        <Fact head={t("for")} text={inLanguage(one.client_names, lang)} />
        <Fact head={t("services")} text={one.services.map((each) => inLanguage(each, lang)).join(join)} />
        <Fact head={t("contract")} text={`${inLanguage(one.names, lang)}, ${t("versionN", { v: one.version })}`} />
        <Fact head={t("hours")} text={inLanguage(one.hours, lang)} />
      </dl>
      <p className="sm-verdict">{inLanguage(one.headline, lang)}</p>
      <dl className="sm-figs" aria-label={t("headline")}>
        {first ? (
          <div>
            <dt>
              {t("within", {
                name: `${inLanguage(first.names, lang)}${first.variant ? ` (${first.variant})` : ""}`,
                target: first.target === null ? "–" : inUnit(first.target, first.figure.unit, lang),
              })}
            </dt>
            <dd className="jt-num">
              {inUnit(first.figure.value, first.figure.unit, lang)}
              <small>{unitSign(first.figure.unit)}</small>
            </dd>
            {first.before && first.before.value !== first.figure.value ? (
              <dd className="d">{t("beforeExclusions", { value: share(first.before.value) })}</dd>
            ) : null}
          </div>
        ) : null}
        <div>
          <dt>{t("trueAccess")}</dt>
          <dd className="jt-num">
            {access ? share(access.figure.value) : t("unknown")}
            {access?.figure.value != null ? <small>%</small> : null}
          </dd>
          {access ? (
            <dd className="d">
              {t("ofAll", {
                good: count(Math.round(access.figure.numerator), lang),
                all: count(Math.round(access.figure.denominator), lang),
              })}
            </dd>
          ) : null}
        </div>
        <div>
          <dt>{t("payable", { month: monthName(one.period, lang) })}</dt>
          <dd className="jt-num">{money(settled.payable, { currency: settled.currency })}</dd>
          <dd className="d jt-num">
            {[
              money(settled.fee),
              ...[credits, settled.bonus]
                .filter((each) => !isZero(each))
                .map((each) => money(each, { signed: true }).replace(/^([−+])/, "$1 ")),
            ].join(" ")}
          </dd>
        </div>
      </dl>
      <section aria-label={t("agreed")} className="ag-scroll" style={{ paddingTop: 4 }}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="l">
                {t("agreed")}
              </th>
              <th scope="col">{t("target")}</th>
              <th scope="col">{monthName(one.period, lang)}</th>
              <th scope="col" className="l">
                {t("verdict")}
              </th>
              <th scope="col">{t("money", { currency: symbol(settled.currency).trim() })}</th>
            </tr>
          </thead>
          <tbody>
            {one.objectives.map((each) => {
              const press = pressOf(each.verdict);
              return (
                <tr key={each.id} className={each.charged ? undefined : "ref"}>
                  <td className="l">
                    {press ? <b>{inLanguage(each.names, lang)}</b> : inLanguage(each.names, lang)}{" "}
                    <span className="ag-u">{each.variant}</span>
                  </td>
                  <td>
                    <Target one={{ ...each, minimum: null }} />
                  </td>
                  <td className={press === "act" ? "jt-over jt-num" : "jt-num"}>
                    {inUnit(each.figure.value, each.figure.unit, lang)}
                  </td>
                  <td className="l">
                    <VerdictMark verdict={each.verdict} />
                  </td>
                  <td>
                    <Amount value={each.money} whole={false} />
                  </td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <td className="l" colSpan={4}>
                {t("net")}
              </td>
              <td>
                <Amount value={settled.net} whole={false} />
              </td>
            </tr>
          </tfoot>
        </table>
        <p className="sm-p">
          {inLanguage(one.volume_texts, lang)} {inLanguage(settled.texts, lang)}
        </p>
      </section>
      <section className="sm-two sm-blk">
        <div>
          <h2>{t("why")}</h2>
          {one.causes.length === 0 ? <p className="sm-p">{t("noCauses")}</p> : null}
          <ol className="sm-why">
            {one.causes.map((each) => (
              <li key={each.texts.en}>{inLanguage(each.texts, lang)}</li>
            ))}
          </ol>
        </div>
        <div>
          <h2>{t("months")}</h2>
          <Thirteen
            months={one.months}
            target={first?.target ?? null}
            name={first?.variant || inLanguage(first?.names, lang)}
          />
        </div>
      </section>
      <section className="sm-blk ag-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col" className="l">
                <span className="jt-strong">{t("next")}</span>
              </th>
              <th scope="col" className="l">
                {t("owner")}
              </th>
              <th scope="col" className="l">
                {t("by")}
              </th>
              <th scope="col">{t("expected")}</th>
            </tr>
          </thead>
          <tbody>
            {one.actions.map((each) => (
              <tr key={each.id}>
                <td className="l">{inLanguage(each.texts, lang)}</td>
                <td className="l">{each.owner}</td>
                <td className="l">{each.done_at ? t("done") : each.due ? dayName(each.due, lang) : "–"}</td>
                <td>{inLanguage(each.expected, lang) || "–"}</td>
              </tr>
            ))}
            {one.actions.length === 0 ? (
              <tr>
                <td className="l" colSpan={4}>
                  {t("noActions")}
                </td>
              </tr>
            ) : null}
          </tbody>
        </table>
      </section>
      <section className="sm-blk">
        <h2>{t("definitions")}</h2>
        <div className="sm-halves">
          {one.definitions.map((each) => (
            <div key={each.objective}>
              <p className="sm-p">
                <b>{inLanguage(each.names, lang)}</b> {inLanguage(each.formula, lang)}
              </p>
              {inLanguage(each.example, lang) ? (
                <p className="sm-p">
                  <b>{t("example")}</b> {inLanguage(each.example, lang)}
                </p>
              ) : null}
            </div>
          ))}
        </div>
      </section>
      <section className="sm-blk">
        <dl className="sm-dq">
          {one.remarks.length > 0 ? <dt>{t("dataHead")}</dt> : null}
          {one.remarks.length > 0 ? (
            <dd>{one.remarks.map((each) => inLanguage(each.texts, lang)).join(lang === "en" ? " " : "")}</dd>
          ) : null}
          {one.digest ? <dt>{t("digest")}</dt> : null}
          {one.digest ? (
            <dd>
              <code>{digestWords(one.digest)}</code>
            </dd>
          ) : null}
        </dl>
      </section>
      <section className="sm-sig" aria-label={t("signatures")}>
        {signed.map(({ side, by, name }) =>
          by.length > 0 ? (
            by.map((each) => (
              <div key={`${side} ${each.at}`}>
                <b>
                  <Icon name={each.decision === "approved" ? "check" : "barred"} size={14} />
                  {each.by_name}
                </b>
                {name}, {instant(each.at, "moment", lang)}
                {each.reason ? `: ${each.reason}` : ""}
              </div>
            ))
          ) : (
            <div key={side}>
              <b>{t("notSigned")}</b>
              {name || t(side)}
            </div>
          ),
        )}
      </section>
      <Annex one={one} />
    </article>
  );
}

function Fact({ head, text }: { head: string; text: string }) {
  return text ? (
    <div>
      <dt>{head}</dt>
      <dd>{text}</dd>
    </div>
  ) : null;
}

function Annex({ one }: { one: Statement }) {
  const t = useWords(statements);
  const lang = useLanguage();
  return (
    <>
      {one.exclusions.length > 0 ? (
        <details className="sm-blk">
          <summary>
            {t("exclusions")} <span className="jt-note">{one.exclusions.length}</span>
          </summary>
          <div className="ag-scroll">
            <table>
              <tbody>
                {one.exclusions.map((each) => (
                  <tr key={each.id}>
                    <td className="l">
                      {instant(each.start, "moment", lang)} – {instant(each.end, "moment", lang)}
                    </td>
                    <td className="l">
                      {each.title} <span className="ag-u">{inLanguage(each.cls_names, lang)}</span>
                    </td>
                    <td className="jt-num">{count(each.contacts, lang)}</td>
                    <td className="jt-num">
                      {share(each.before)} → {share(each.value)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      ) : null}
      {one.days.length > 0 ? (
        <details className="sm-blk">
          <summary>{t("days")}</summary>
          <table>
            <thead>
              <tr>
                <th scope="col" className="l">
                  {t("day")}
                </th>
                <th scope="col">{t("value")}</th>
                <th scope="col">{t("trueAccess")}</th>
                <th scope="col">{t("volume")}</th>
                <th scope="col">{t("misses")}</th>
                <th scope="col">{t("blocked")}</th>
              </tr>
            </thead>
            <tbody>
              {one.days.map((each) => (
                <tr key={each.day}>
                  <td className="l">{dayName(each.day, lang)}</td>
                  <td className={each.below_minimum ? "jt-over jt-num" : "jt-num"}>{share(each.value)}</td>
                  <td className="jt-num">{share(each.access)}</td>
                  <td className="jt-num">{count(each.volume, lang)}</td>
                  <td className="jt-num">{count(each.misses, lang)}</td>
                  <td className="jt-num">{each.blocked === null ? t("unknown") : count(each.blocked, lang)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ) : null}
    </>
  );
}
