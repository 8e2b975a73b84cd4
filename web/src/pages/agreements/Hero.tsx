import type { ReactNode } from "react";
import { agreements } from "../../i18n/agreements";
import { count, instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { IconButton } from "../../ui/Button";
import { Amount } from "./Bits";
import { barOf, type PieceName } from "./bar";
import { inUnit, money, monthName, negated, share, shortName, unitSign } from "./figures";
import type { Access, FigureShape, Money, Settled, Standing } from "./model";

/** The month in three panels: the two figures, where they part, and what it costs. */
export function Hero({
  standing,
  open,
  earlier,
  later,
}: {
  standing: Standing;
  open: (objective: string) => void;
  earlier: (() => void) | null;
  later: (() => void) | null;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const main = standing.objectives.find((one) => one.id === standing.main);
  const running = standing.days_passed < standing.days;
  const month = monthName(standing.period.key, lang);
  return (
    <div className="ag-hero">
      <section aria-labelledby="ag-month">
        <div className="ag-h">
          <h2 id="ag-month">{t(running ? "toDate" : "monthEnded", { month })}</h2>
          <span className="ag-month">
            <IconButton icon="left" label={t("earlierMonth")} disabled={!earlier} onClick={() => earlier?.()} />
            <IconButton icon="right" label={t("laterMonth")} disabled={!later} onClick={() => later?.()} />
          </span>
        </div>
        <dl className="ag-two">
          <dt title={main ? inLanguage(main.names, lang) : undefined}>
            {main ? shortName(main, lang) : t("mainObjective")}
          </dt>
          <dd>
            {main ? (
              <Big figure={main.figure} label={inLanguage(main.names, lang)} open={() => open(main.id)} />
            ) : (
              <span className="jt-nodata">–</span>
            )}
          </dd>
          <dt>{t("trueAccess")}</dt>
          <dd>
            <AccessFigure standing={standing} open={open} />
          </dd>
        </dl>
        <p className="jt-note">
          <Distance standing={standing} />
          <br />
          {instant(standing.as_of, "moment", lang)}
        </p>
      </section>
      {standing.access ? (
        <PartBar access={standing.access} />
      ) : (
        <section aria-labelledby="ag-part">
          <div className="ag-h">
            <h2 id="ag-part">{t("wherePart")}</h2>
          </div>
          <p className="ag-why">{t("blockedUnknown")}</p>
        </section>
      )}
      <MoneyPanel settled={standing.money} title={t(running ? "settledNow" : "settled")} />
    </div>
  );
}

function Big({ figure, label, open }: { figure: FigureShape; label: string; open: () => void }) {
  const lang = useLanguage();
  return (
    <button
      type="button"
      className="ag-fig jt-num"
      onClick={open}
      aria-label={`${label} ${inUnit(figure.value, figure.unit, lang)} ${unitSign(figure.unit)}`}
    >
      {inUnit(figure.value, figure.unit, lang)}
      {figure.value === null ? null : <small>{unitSign(figure.unit)}</small>}
    </button>
  );
}

/** True access has a figure of its own among the objectives in most contracts; where not, it opens nothing. */
function AccessFigure({ standing, open }: { standing: Standing; open: (objective: string) => void }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const { access } = standing;
  if (!access || access.figure.value === null) {
    return (
      <span className="jt-nodata">
        –<small>{access?.known === "unknown" ? t("unknown") : ""}</small>
      </span>
    );
  }
  const of = standing.objectives.find((one) => one.figure.metric.startsWith("sl7"));
  if (of) return <Big figure={access.figure} label={t("trueAccess")} open={() => open(of.id)} />;
  return (
    <span className="jt-num">
      {inUnit(access.figure.value, access.figure.unit, lang)}
      <small>{unitSign(access.figure.unit)}</small>
    </span>
  );
}

function Distance({ standing }: { standing: Standing }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const main = standing.objectives.find((one) => one.id === standing.main);
  if (!main || main.target === null) return t("noTarget");
  const target = inUnit(main.target, main.figure.unit, lang);
  const short = main.needed?.short ?? null;
  if (short !== null && short > 0) return t("targetShort", { target, n: count(short, lang) });
  if (main.needed?.spare) return t("targetReached", { target, n: count(main.needed.spare, lang) });
  return t("targetOnly", { target });
}

const TINTS: Record<PieceName, { fill: string; line?: string }> = {
  within: { fill: "var(--jt-chart-1)" },
  later: { fill: "var(--jt-seq-3)" },
  abandoned: { fill: "var(--jt-chart-2)" },
  lost: { fill: "var(--jt-chart-6)" },
  blocked: { fill: "var(--jt-chart-gap)", line: "var(--jt-chart-2)" },
  unseen: { fill: "none", line: "var(--jt-chart-2)" },
};
const WIDE = 560;

/** Those whom the contract counts above the bar, everyone who called below it: the pieces between are the difference. */
export function PartBar({ access }: { access: Access }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const bar = barOf(access, WIDE);
  const n = (value: number) => count(Math.round(value), lang);
  const level = share(access.level.value);
  const whole = share(access.figure.value);
  const unknown = access.blocked === null;
  return (
    <section className="ag-parts" aria-labelledby="ag-part">
      <div className="ag-h">
        <h2 id="ag-part">{t("wherePart")}</h2>
        <span className="jt-note">{t("notInFormula")}</span>
      </div>
      <p className="ag-partline">
        <span>
          {t("contractSees", { n: n(bar.seen), good: n(access.within) })}
          <b>{level} %</b>
        </span>
        <b>{t("neverQueued", { n: n(bar.never) })}</b>
      </p>
      <svg
        viewBox={`0 0 ${WIDE} 36`}
        preserveAspectRatio="none"
        height={36}
        role="img"
        aria-label={inLanguage(access.texts, lang) || t("wherePart")}
        style={{ height: 36 }}
      >
        <path
          d={`M.5 7V2.5H${Math.max(1, bar.seenEnd - 0.5)}V7`}
          fill="none"
          stroke="var(--jt-chart-axis)"
          vectorEffect="non-scaling-stroke"
        />
        {bar.pieces.map((piece) => (
          <rect
            key={piece.name}
            x={piece.x + (TINTS[piece.name].line ? 0.5 : 0)}
            y={TINTS[piece.name].line ? 9.5 : 9}
            width={Math.max(1, piece.width - (TINTS[piece.name].line ? 1 : 0))}
            height={TINTS[piece.name].line ? 17 : 18}
            fill={TINTS[piece.name].fill}
            stroke={TINTS[piece.name].line}
            strokeDasharray={piece.name === "unseen" ? "2 2" : undefined}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        <path
          d={`M.5 29V33.5H${WIDE - 0.5}V29`}
          fill="none"
          stroke="var(--jt-chart-axis)"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="ag-partline">
        <span>
          {t(unknown ? "everyoneKnown" : "everyone", { n: n(bar.all), good: n(access.within) })}
          <b>{whole} %</b>
        </span>
      </p>
      <p className="ag-leg">
        {(["within", "later", "abandoned", "lost", "blocked", "unseen"] as const).map((name) => {
          const value = access[name];
          if (name === "unseen" && !value) return null;
          const tint = TINTS[name];
          return (
            <span key={name}>
              <i
                style={{ background: tint.fill, boxShadow: tint.line ? `inset 0 0 0 1px ${tint.line}` : undefined }}
              />
              {t(`part.${name}`)} {value === null ? t("unknown") : n(value)}
            </span>
          );
        })}
      </p>
      <p className="ag-why">
        {inLanguage(access.texts, lang) ||
          (access.points_blocked !== null && access.points_lost !== null
            ? t("partCost", { blocked: share(access.points_blocked), lost: share(access.points_lost) })
            : t(unknown ? "blockedUnknown" : "blockedEstimated"))}
      </p>
    </section>
  );
}

export function MoneyPanel({ settled, title }: { settled: Settled; title: string }) {
  const t = useWords(agreements);
  const w = useWords(agreements);
  const none = settled.credited === 0 && settled.rewarded === 0 && !settled.cap;
  const credits: Money = settled.credits.startsWith("-") ? settled.credits : negated(settled.credits);
  return (
    <section aria-labelledby="ag-money">
      <div className="ag-h">
        <h2 id="ag-money">{title}</h2>
        <span className="jt-fill" />
        <span className="jt-note">{settled.currency}</span>
      </div>
      {none ? <p className="ag-why">{w("noMoney")}</p> : null}
      <dl className="ag-money">
        <MoneyRow head={t("creditsN", { n: settled.credited })}>
          <Amount value={credits} />
        </MoneyRow>
        <MoneyRow head={t("bonusN", { n: settled.rewarded })}>
          <Amount value={settled.bonus} />
        </MoneyRow>
        {Number(settled.earned_back) === 0 ? null : (
          <MoneyRow head={t("earnedBack")}>
            <Amount value={settled.earned_back} />
          </MoneyRow>
        )}
        <dt className="tot">{t("besideFee", { fee: money(settled.fee, { whole: true }) })}</dt>
        <dd className="tot">
          <Amount value={settled.net} />
        </dd>
      </dl>
      {settled.cap_used !== null ? (
        <p className="jt-note">
          {t("capUsed", { cap: money(settled.cap, { whole: true }), used: share(settled.cap_used) })}
        </p>
      ) : null}
    </section>
  );
}

function MoneyRow({ head, children }: { head: string; children: ReactNode }) {
  return (
    <>
      <dt>{head}</dt>
      <dd>{children}</dd>
    </>
  );
}
