import { useEffect } from "react";
import { Link, Navigate, useLocation, useSearchParams } from "react-router";
import { core } from "../../i18n/core";
import { count } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { metrics } from "../../i18n/metrics";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { type Catalogue, found, useCatalogue } from "./catalogue";
import { DefinitionText, definitionHead } from "./DefinitionText";
import { useThemeName } from "./words";
import "./metrics.css";

/** The catalogue: what can be measured on the left, what one of them means on the right. /metrics/sl3 opens one. */
export default function MetricsPage() {
  const w = useWords(core);
  const { pathname, hash, search } = useLocation();
  const { catalogue, isPending, error, refetch } = useCatalogue();
  const chosen = decodeURIComponent(pathname.replace(/^\/metrics\/?/, "")) || null;
  if (chosen === null && hash) return <Navigate to={`/metrics/${hash.slice(1)}${search}`} replace />;
  if (isPending) {
    return (
      <p className="jt-metrics-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  }
  if (error || !catalogue) {
    return (
      <Empty kind="lost" action={<Button onClick={() => void refetch()}>{w("retry")}</Button>}>
        {worded(error)}
      </Empty>
    );
  }
  return (
    <div className="jt-metrics" data-open={chosen !== null}>
      <List catalogue={catalogue} chosen={chosen} />
      <main className="jt-metrics-open">
        {chosen === null ? <Rules n={catalogue.items.length} /> : <Open catalogue={catalogue} id={chosen} />}
      </main>
    </div>
  );
}

function List({ catalogue, chosen }: { catalogue: Catalogue; chosen: string | null }) {
  const t = useWords(metrics);
  const lang = useLanguage();
  const themeName = useThemeName();
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const items = found(catalogue.items, q, lang);
  useEffect(() => {
    if (chosen) document.getElementById(`list-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <nav className="jt-metrics-list" aria-label={t("title")}>
      <div className="jt-metrics-find">
        <h1>{t("title")}</h1>
        <label className="jt-metrics-search">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={q}
            aria-label={t("search")}
            placeholder={t("search")}
            onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
          />
        </label>
      </div>
      {items.length === 0 ? (
        <Empty
          kind="filtered"
          action={<Button onClick={() => setParams({}, { replace: true })}>{t("clear")}</Button>}
        >
          {t("none")}
        </Empty>
      ) : null}
      {catalogue.themes.map((theme) => {
        const some = items.filter((one) => one.theme === theme);
        return some.length === 0 ? null : (
          <section key={theme} aria-labelledby={`theme-${theme}`}>
            <h2 id={`theme-${theme}`} className="jt-note">
              {themeName(theme)}
            </h2>
            <ul>
              {some.map((one) => (
                <li key={one.id} id={`list-${one.id}`}>
                  <Link
                    to={{ pathname: `/metrics/${one.id}`, search: params.toString() }}
                    aria-current={one.id === chosen ? "page" : undefined}
                  >
                    <span className="jt-clip">{inLanguage(one.names, lang)}</span>
                    <code className="jt-note">{one.id}</code>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function Open({ catalogue, id }: { catalogue: Catalogue; id: string }) {
  const t = useWords(metrics);
  const lang = useLanguage();
  const themeName = useThemeName();
  const [params] = useSearchParams();
  const one = catalogue.byId.get(id);
  const back = (
    <Link className="jt-metrics-back jt-link" to={{ pathname: "/metrics", search: params.toString() }}>
      <Icon name="left" /> {t("title")}
    </Link>
  );
  if (!one) {
    return (
      <>
        {back}
        <Empty kind="none">{t("noSuch", { id })}</Empty>
      </>
    );
  }
  const near = catalogue.items.filter((other) => other.theme === one.theme && other.id !== one.id);
  return (
    <article aria-labelledby="jt-metric-name">
      {back}
      <h2 id="jt-metric-name">{inLanguage(one.names, lang)}</h2>
      <p className="jt-note">{definitionHead(one, t)}</p>
      <DefinitionText one={one} />
      {near.length > 0 ? (
        <section className="jt-metrics-near">
          <h3>{themeName(one.theme)}</h3>
          <ul>
            {near.map((other) => (
              <li key={other.id}>
                <Link to={`/metrics/${other.id}`}>{inLanguage(other.names, lang)}</Link>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </article>
  );
}

/** Before one is chosen: what holds for all of them. */
function Rules({ n }: { n: number }) {
  const t = useWords(metrics);
  return (
    <article>
      <h2>{t("rulesTitle")}</h2>
      <p className="jt-note">{t("rulesLead", { n: count(n) })}</p>
      <ul className="jt-metrics-rules">
        <li>{t("ruleRatio")}</li>
        <li>{t("ruleNoData")}</li>
        <li>{t("ruleArrival")}</li>
        <li>{t("ruleTime")}</li>
        <li>{t("ruleVersion")}</li>
        <li>{t("ruleAccess")}</li>
      </ul>
    </article>
  );
}
