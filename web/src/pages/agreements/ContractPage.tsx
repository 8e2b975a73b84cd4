import { type ReactNode, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useActions } from "../../app/actions";
import { agreements } from "../../i18n/agreements";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button, ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { path, useCalendar, useContract, useExclusions, useStanding } from "./api";
import { CapacityPanel } from "./CapacityPanel";
import { Decide } from "./Decide";
import { Duties } from "./Duties";
import { texts } from "./document";
import { ExclusionPanel } from "./ExclusionPanel";
import { FigureDrawer } from "./FigureDrawer";
import { dayName, monthBeside } from "./figures";
import { Hero } from "./Hero";
import { MonthCalendar } from "./MonthCalendar";
import type { Contract, Standing, Version } from "./model";
import { ObjectiveTable } from "./ObjectiveTable";
import { DeliveryPanel, LeverPanel, NextPanel } from "./SidePanels";
import { VolumeChart } from "./VolumeChart";
import { wallClock } from "./zone";

/** One contract: what was agreed, how the month stands, what it costs and what would help. */
export function ContractPage({ id }: { id: string }) {
  const t = useWords(agreements);
  const w = useWords(core);
  const query = useContract(id);
  if (query.isPending) {
    return (
      <p className="ag-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  }
  if (!query.data) {
    return (
      <Empty kind="lost" action={<Link to="/agreements">{t("title")}</Link>}>
        {worded(query.error)}
      </Empty>
    );
  }
  return <Opened contract={query.data} />;
}

function Opened({ contract }: { contract: Contract }) {
  const t = useWords(agreements);
  const w = useWords(core);
  const lang = useLanguage();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const asked = params.get("month");
  const has = contract.current !== null;
  const query = useStanding(contract.id, asked, has);
  const standing = query.data;
  const period = standing?.period.key;
  const calendar = useCalendar(contract.id, period);
  const exclusions = useExclusions(contract.id, period);
  const [behind, setBehind] = useState<{ objective: string; day: string | null } | null>(null);
  const parties = partiesOf(contract, lang);
  const main = standing?.objectives.find((one) => one.id === standing.main);
  const opened = standing?.objectives.find((one) => one.id === behind?.objective);

  const thisMonth = wallClock(standing?.as_of ?? Date.now(), contract.zone).slice(0, 7);
  const go = (key: string) => setParams(key === thisMonth ? {} : { month: key }, { replace: true });
  const earlier = period && period > contract.start.slice(0, 7) ? () => go(monthBeside(period, -1)) : null;
  const later = period && period < thisMonth ? () => go(monthBeside(period, 1)) : null;
  const statementTo = standing?.period.number
    ? `/agreements/statements/${encodeURIComponent(standing.period.number)}`
    : `/agreements/${encodeURIComponent(contract.id)}/preview${period ? `?month=${period}` : ""}`;
  useActions([
    ...(earlier
      ? [
          {
            id: "ag-earlier",
            label: t("earlierMonth"),
            group: t("title"),
            keys: { code: "ArrowLeft", alt: true },
            run: earlier,
          },
        ]
      : []),
    ...(later
      ? [
          {
            id: "ag-later",
            label: t("laterMonth"),
            group: t("title"),
            keys: { code: "ArrowRight", alt: true },
            run: later,
          },
        ]
      : []),
    {
      id: "ag-statements",
      label: t("statements"),
      group: t("title"),
      run: () => void navigate(`/agreements/${encodeURIComponent(contract.id)}/statements`),
    },
  ]);

  return (
    <div className="ag ag-contract">
      <section className="ag-top" aria-label={t("contract")}>
        <div className="ag-ttl">
          <nav aria-label={t("title")}>
            <Link to="/agreements">{t("title")}</Link> /{" "}
            {t(contract.direction === "partner" ? "partnerContracts" : "clientContracts")}
          </nav>
          <h1>{inLanguage(contract.names, lang)}</h1>
        </div>
        <Strip contract={contract} {...parties} />
        <div className="ag-act">
          <ButtonLink to={`/agreements/${encodeURIComponent(contract.id)}/edit`} kind="quiet">
            {t(contract.may.includes("edit") ? "edit" : "terms")}
          </ButtonLink>
          <ButtonLink to={`/agreements/${encodeURIComponent(contract.id)}/statements`} kind="quiet">
            {t("statements")}
          </ButtonLink>
          {has && (standing?.period.number || contract.may.includes("edit")) ? (
            <ButtonLink to={statementTo}>{t(standing?.period.number ? "statement" : "statementDraft")}</ButtonLink>
          ) : null}
        </div>
      </section>
      <Notices contract={contract} standing={standing} us={parties.us} them={parties.them} failure={query.error} />
      {!has ? (
        <div className="ag-notice">
          <Empty kind="none">{t("noStanding")}</Empty>
          <Duties contract={contract} us={parties.us} them={parties.them} />
        </div>
      ) : null}
      {has && query.isPending ? (
        <p className="ag-wait jt-note ag-notice" role="status">
          {w("loading")}
        </p>
      ) : null}
      {has && !standing && query.error ? (
        <div className="ag-notice">
          <Empty
            kind="lost"
            action={
              asked ? (
                <Button onClick={() => setParams({}, { replace: true })}>{t("thisMonth")}</Button>
              ) : (
                <Button onClick={() => void query.refetch()}>{w("retry")}</Button>
              )
            }
          >
            {worded(query.error)}
          </Empty>
        </div>
      ) : null}
      {standing && period ? (
        <>
          <div className="ag-work">
            <Hero
              standing={standing}
              open={(objective) => setBehind({ objective, day: null })}
              earlier={earlier}
              later={later}
            />
            <ObjectiveTable standing={standing} open={(objective) => setBehind({ objective, day: null })} />
            <div className="ag-low">
              {calendar.data ? (
                <MonthCalendar
                  month={period}
                  calendar={calendar.data}
                  main={main}
                  open={(objective, day) => setBehind({ objective, day })}
                />
              ) : (
                <section>
                  <p className="ag-wait jt-note">{calendar.error ? worded(calendar.error) : w("loading")}</p>
                </section>
              )}
              <VolumeChart volume={standing.volume} today={wallClock(standing.as_of, contract.zone).slice(0, 10)} />
            </div>
            <Duties contract={contract} us={parties.us} them={parties.them} />
          </div>
          <aside className="ag-side">
            {exclusions.data ? (
              <ExclusionPanel contract={contract} list={exclusions.data} now={standing.as_of} {...parties} />
            ) : (
              <section>
                <p className="ag-wait jt-note">{exclusions.error ? worded(exclusions.error) : w("loading")}</p>
              </section>
            )}
            <LeverPanel id={contract.id} period={period} main={main} />
            <CapacityPanel standing={standing} />
            <DeliveryPanel id={contract.id} period={period} />
            <NextPanel standing={standing} />
          </aside>
        </>
      ) : null}
      {opened && period ? (
        <FigureDrawer
          contract={contract.id}
          period={period}
          objective={opened}
          day={behind?.day ?? null}
          onClose={() => setBehind(null)}
        />
      ) : null}
    </div>
  );
}

/** What both sides are called; the reader may belong to either. */
export function partiesOf(contract: Contract, lang: string): { us: string; them: string } {
  const provider = texts(contract.document, ["spec", "provider", "displayName"]);
  const customer = texts(contract.document, ["spec", "customer", "displayName"]);
  const named = (names: Readonly<Record<string, string>>) => names[lang] || names["zh-Hans"] || names.en || "";
  const client = inLanguage(contract.client_names);
  return contract.direction === "client"
    ? { us: named(provider), them: client || named(customer) }
    : { us: named(customer), them: named(provider) || client };
}

function Strip({ contract, us, them }: { contract: Contract; us: string; them: string }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const shown = contract.versions.find((one) => one.n === (contract.current ?? contract.open));
  return (
    <dl className="ag-strip">
      <Cell head={t(contract.direction)}>{them}</Cell>
      <Cell head={t("services")}>
        <span className="jt-clip">
          {contract.services
            .map(
              (one) =>
                inLanguage(one.names, lang) ||
                one.queues.map((each) => inLanguage(each.names, lang) || each.id).join(", "),
            )
            .join(lang === "en" ? ", " : "、")}
        </span>
      </Cell>
      <Cell head={t("period")}>
        {contract.end
          ? t("periodOf", { from: contract.start, to: contract.end })
          : `${contract.start}, ${t("openEnd")}`}
      </Cell>
      <Cell head={t("version")}>
        {shown ? t("versionSince", { v: shown.n, from: dayName(shown.start, lang) }) : "–"}
        {contract.state === "active" ? null : <span className="jt-tag">{t(`state.${contract.state}`)}</span>}
      </Cell>
      <Cell head={t("approvedBy", { who: them })}>
        <Approved version={shown} side="theirs" />
      </Cell>
      <Cell head={t("approvedBy", { who: us || t("us") })}>
        <Approved version={shown} side="ours" />
      </Cell>
    </dl>
  );
}

function Cell({ head, children }: { head: string; children: ReactNode }) {
  return (
    <div>
      <dt>{head}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Approved({ version, side }: { version: Version | undefined; side: "ours" | "theirs" }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const found = version?.approvals.find((one) => one.side === side && one.decision === "approved");
  if (!found) return <span className="jt-zero">{t("notYet")}</span>;
  return (
    <>
      <Icon name="check" size={14} />
      {found.by_name}　{instant(found.at, "day", lang)}
    </>
  );
}

/** Over everything: alarms, a version that waits for the reader, figures that have stopped. */
function Notices({
  contract,
  standing,
  us,
  them,
  failure,
}: {
  contract: Contract;
  standing: Standing | undefined;
  us: string;
  them: string;
  failure: unknown;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const [signing, setSigning] = useState<"approved" | "rejected" | null>(null);
  const proposed = contract.versions.find((one) => one.state === "proposed");
  const decided = proposed?.approvals.some((one) => one.side === contract.side);
  const forWhom = contract.side === "theirs" ? them : us;
  return (
    <div className="ag-notice">
      {standing && failure ? (
        <div className="jt-banner" data-level="look" role="status">
          <Icon name="offline" />
          <span className="jt-grow">{t("stale", { at: instant(standing.as_of, "moment", lang) })}</span>
        </div>
      ) : null}
      {standing?.alarms.map((one) => (
        <div key={`${one.code} ${one.objective}`} className="jt-banner" data-level={one.level} role="status">
          <Icon name={one.level === "act" ? "alarm" : "missed"} />
          <span className="jt-grow">{inLanguage(one.texts, lang)}</span>
        </div>
      ))}
      {proposed ? (
        <div className="jt-banner" data-level="look">
          <Icon name="doc" />
          <span className="jt-grow">{t("proposedVersion", { v: proposed.n })}</span>
          <Link to={`/agreements/${encodeURIComponent(contract.id)}/edit?version=${proposed.n}`}>{t("terms")}</Link>
          {contract.may.includes("approve") && !decided ? (
            <>
              <Button kind="main" onClick={() => setSigning("approved")}>
                {t("approve")}
              </Button>
              <Button onClick={() => setSigning("rejected")}>{t("reject")}</Button>
            </>
          ) : null}
        </div>
      ) : null}
      {signing && proposed ? (
        <Decide
          to={path(contract.id, `/versions/${proposed.n}/decide`)}
          decision={signing}
          digest={proposed.digest}
          title={t("signVersion", { v: proposed.n })}
          onClose={() => setSigning(null)}
        >
          {`${t("youSign", { who: forWhom })}\n${inLanguage(contract.names, lang)}, ${t("versionSince", { v: proposed.n, from: dayName(proposed.start, lang) })}\n${proposed.note}\n${proposed.digest}`}
        </Decide>
      ) : null}
    </div>
  );
}
