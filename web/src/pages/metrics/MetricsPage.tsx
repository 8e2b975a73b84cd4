import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation, useSearchParams } from "react-router";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { metrics } from "../../i18n/metrics";
import { worded } from "../../i18n/problems";
import { Empty } from "../../ui/Empty";
import type { MetricDefinition } from "../../ui/metric";
import "./metrics.css";

const THEMES = ["access", "service_level", "handling", "agents", "satisfaction", "present"] as const;
type Themed = MetricDefinition & { theme: (typeof THEMES)[number] };

/** Every definition of the catalogue on one page; /metrics#sl3 leads to one of them. */
export default function MetricsPage() {
  const t = useWords(metrics);
  const w = useWords(core);
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const { hash } = useLocation();
  const query = useQuery({
    queryKey: ["metrics"],
    queryFn: () => http.get<{ items: Themed[] }>("/api/metrics"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (query.data && hash) document.getElementById(hash.slice(1))?.scrollIntoView({ block: "start" });
  }, [query.data, hash]);
  const wanted = q.trim().toLocaleLowerCase();
  const items = (query.data?.items ?? []).filter((one) =>
    [one.id, ...Object.values(one.names)].some((name) => name.toLocaleLowerCase().includes(wanted)),
  );
  return (
    <main className="jt-metrics">
      <header>
        <h1>{t("title")}</h1>
        <p className="jt-note">{t("lead")}</p>
        <input
          type="search"
          value={q}
          aria-label={t("search")}
          placeholder={t("search")}
          onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
        />
      </header>
      {query.isPending ? <p role="status">{w("loading")}</p> : null}
      {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {query.isSuccess && items.length === 0 ? <Empty kind="filtered">{t("none")}</Empty> : null}
      {THEMES.map((theme) => {
        const some = items.filter((one) => one.theme === theme);
        return some.length === 0 ? null : (
          <section key={theme} aria-labelledby={`theme-${theme}`}>
            <h2 id={`theme-${theme}`}>{t(`theme.${theme}`)}</h2>
            {some.map((one) => (
              <Definition key={one.id} one={one} />
            ))}
          </section>
        );
      })}
    </main>
  );
}

function Definition({ one }: { one: Themed }) {
  const t = useWords(metrics);
  const lang = useLanguage();
  return (
    <article id={one.id}>
      <h3>
        {inLanguage(one.names, lang)} <span className="jt-note">{one.id}</span>
      </h3>
      <p className="formula">{inLanguage(one.formula, lang)}</p>
      <p>{inLanguage(one.meaning, lang)}</p>
      <p className="jt-note">
        {[
          t("version", { n: one.version }),
          t(`better.${one.better}`),
          t(`attribution.${one.attribution}`),
          t("source", { source: one.source }),
        ].join(" · ")}
      </p>
    </article>
  );
}
