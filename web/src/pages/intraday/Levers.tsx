import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { intraday } from "../../i18n/intraday";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { apply, type DayAction, KEY, type Lever, type LeverKind, type Move, undo, useLevers } from "./api";

const COUNTED: readonly LeverKind[] = ["move_breaks", "postpone", "send_home", "relief"];

/** What can be done about the rest of the day, with effect and cost; cheapest first, heads last. */
export function Levers() {
  const t = useWords(intraday);
  const w = useWords(core);
  const query = useLevers();
  const items = query.data?.items ?? [];
  return (
    <section className="id-levers" aria-labelledby="id-levers">
      <div className="id-h">
        <h2 id="id-levers">{t("levers")}</h2>
        <span className="jt-note">{t("leversNote")}</span>
      </div>
      {query.isPending ? (
        <p className="id-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {query.error ? (
        <Empty kind="lost" inline>
          {worded(query.error)}
        </Empty>
      ) : null}
      {query.isSuccess && items.length === 0 ? (
        <Empty kind="none" inline icon="check">
          {t("noLevers")}
        </Empty>
      ) : null}
      <ul>
        {items.map((one) => (
          <LeverRow key={one.id} one={one} />
        ))}
      </ul>
      <Done actions={query.data?.actions ?? []} />
    </section>
  );
}

function useTitle() {
  const t = useWords(intraday);
  return (kind: LeverKind, n: number) =>
    kind === "callback" ? t("lever.callback") : t(`lever.${kind}` as "lever.heads", { n });
}

function LeverRow({ one }: { one: Lever }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const title = useTitle();
  const may = useMay("plan.publish");
  const notice = useNotice();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const clock = (at: number) => instant(at, "clock", lang);
  const n = COUNTED.includes(one.kind) ? one.moves.length : one.places;
  const spare = one.kind === "send_home";
  const shown = spare
    ? ([t("overHours"), one.before.over_hours, one.after.over_hours] as const)
    : one.kind === "callback"
      ? ([t("lateContacts"), one.before.late, one.after.late] as const)
      : ([t("gapHours"), one.before.gap_hours, one.after.gap_hours] as const);

  const act = () => {
    setBusy(true);
    apply(one.id)
      .then((done) => {
        const back = () => void undo(done.id).then(again).catch(notice.failed);
        if (done.back === "undo") notice.undoable(t("applied"), back);
        else notice.done(t("asked"));
        return again();
      })
      .catch(notice.failed)
      .finally(() => setBusy(false));
  };
  const again = () => client.invalidateQueries({ queryKey: [KEY] });

  return (
    <li className="id-lever" data-kind={one.kind}>
      <span className="t">{title(one.kind, n)}</span>
      <span className="effect jt-num" title={shown[0]}>
        <span className="jt-hidden">{shown[0]}: </span>
        {shown[1].toFixed(1)} → <b>{shown[2].toFixed(1)}</b>
      </span>
      <span className="act">
        {one.does ? (
          <Button size="small" disabled={!may || busy} title={may ? undefined : t("mayNotPublish")} onClick={act}>
            {one.asks ? t("ask") : t("apply")}
          </Button>
        ) : null}
      </span>
      <span className="d jt-note">
        {shown[0]}
        {" · "}
        <Cost cost={one.cost} />
        {one.start !== null && one.end !== null
          ? ` · ${t("lever.window", { from: clock(one.start), to: clock(one.end) })}`
          : null}
        {one.kind === "callback" ? ` · ${t("lever.callback.more")}` : null}
        {one.kind === "heads" ? ` · ${t("lever.heads.more")}` : null}
        {one.does ? ` · ${t(`back.${one.back}`)}` : null}{" "}
        {one.moves.length + one.names.length > 0 ? (
          <button type="button" className="jt-link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("details")}
          </button>
        ) : null}
      </span>
      {open ? (
        <div className="more">
          <dl className="id-weights">
            {(
              [
                ["gapHours", one.before.gap_hours, one.after.gap_hours],
                ["largestGap", one.before.largest, one.after.largest],
                ["lateContacts", one.before.late, one.after.late],
              ] as const
            ).map(([name, before, after]) => (
              <div key={name}>
                <dt>
                  {t(name)}
                  {name === "lateContacts" ? <span className="jt-note"> {t("estimated")}</span> : null}
                </dt>
                <dd className="jt-num">
                  {before.toFixed(1)} → {after.toFixed(1)}
                </dd>
              </div>
            ))}
          </dl>
          <ul>
            {one.moves.length > 0
              ? one.moves.map((move) => <li key={`${move.agent} ${move.start}`}>{moveWords(t, move, clock)}</li>)
              : one.names.map((name) => <li key={name}>{name}</li>)}
          </ul>
        </div>
      ) : null}
    </li>
  );
}

function moveWords(
  t: ReturnType<typeof useWords<(typeof intraday)["zh-Hans"]>>,
  move: Move,
  clock: (at: number) => string,
): string {
  const activity = move.activity === null ? "" : t(`activity.${move.activity}`);
  const from = clock(move.start);
  if (move.to !== null) return t("moveFromTo", { name: move.name, activity, from, to: clock(move.to) });
  if (move.into === "leave") return t("moveLeave", { name: move.name, from });
  return t("moveInto", { name: move.name, activity, from, into: move.into ? t(`activity.${move.into}`) : "" });
}

function Cost({ cost }: { cost: number | null }) {
  const t = useWords(intraday);
  if (cost === null) return <>{t("costUnknown")}</>;
  if (cost === 0) return <>{t("free")}</>;
  return <>{t(cost > 0 ? "costs" : "saves", { n: Math.abs(Math.round(cost)) })}</>;
}

function Done({ actions }: { actions: readonly DayAction[] }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const title = useTitle();
  const may = useMay("plan.publish");
  const notice = useNotice();
  const client = useQueryClient();
  if (actions.length === 0) return null;
  return (
    <>
      <div className="id-h">
        <h2>{t("done")}</h2>
      </div>
      <ul className="id-done">
        {actions.map((one) => (
          <li key={one.id} data-undone={one.undone_at !== null}>
            <span>{title(one.kind, one.params.edits || one.params.places || one.names.length)}</span>
            <span className="jt-note">
              {t("doneNote", { who: one.by_name, at: instant(one.at, "clock", lang) })}
              {one.undone_by_name ? ` · ${t("undoneBy", { who: one.undone_by_name })}` : null}
            </span>
            {one.back !== "none" && may ? (
              <Button
                size="small"
                kind="quiet"
                onClick={() =>
                  undo(one.id)
                    .then(() => {
                      notice.done(t(one.back === "undo" ? "undone" : "askedBack"));
                      return client.invalidateQueries({ queryKey: [KEY] });
                    })
                    .catch(notice.failed)
                }
              >
                {t(one.back === "undo" ? "undo" : "withdraw")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
