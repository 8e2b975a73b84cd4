import { useQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { http } from "../api/http";
import { core } from "../i18n/core";
import { floor } from "../i18n/floor";
import { inLanguage, useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { metrics } from "../i18n/metrics";
import { worded } from "../i18n/problems";
import type { Names } from "../live/types";
import { Empty } from "./Empty";

/** One definition of the metric catalogue, as GET /api/metrics gives it. */
export type MetricDefinition = {
  id: string;
  names: Names;
  meaning: Names;
  formula: Names;
  unit: string;
  better: "up" | "down" | "neither";
  attribution: "arrival" | "time" | "now";
  source: string;
  version: number;
};

/** A figure's name: a press opens what it means and how it is computed, from the one catalogue. */
export function MetricName({ id, children }: { id: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="jt-bare jt-metric" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {children}
      </button>
      {open ? <Definition id={id} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Definition({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useWords(floor);
  const w = useWords(core);
  const m = useWords(metrics);
  const lang = useLanguage();
  const query = useQuery({
    queryKey: ["metrics"],
    queryFn: () => http.get<{ items: MetricDefinition[] }>("/api/metrics"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = query.data?.items.find((one) => one.id === id);
  const rows: [string, string][] = found
    ? [
        [t("meaning"), inLanguage(found.meaning, lang)],
        [t("formula"), inLanguage(found.formula, lang)],
        [t("attribution"), t(`attribution.${found.attribution}`)],
        [t("better"), t(`better.${found.better}`)],
        [t("source"), found.source],
      ]
    : [];
  return (
    <Drawer
      open
      size={400}
      onClose={onClose}
      title={found ? inLanguage(found.names, lang) : t("meaning")}
      extra={found ? <span className="jt-note">{`${found.id} · ${t("version", { n: found.version })}`}</span> : null}
    >
      {query.isPending ? <p role="status">{w("loading")}</p> : null}
      {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {query.data && !found ? <Empty kind="none">{t("noDefinition")}</Empty> : null}
      <dl className="jt-definition">
        {rows.map(([head, text]) => (
          <div key={head}>
            <dt className="jt-note">{head}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {found ? <Link to={`/metrics/${found.id}`}>{m("openPage")}</Link> : null}
    </Drawer>
  );
}
