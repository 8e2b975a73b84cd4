import { useQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { http } from "../../../api/http";
import { editorWords } from "../../../i18n/agreementEditor";
import { instant } from "../../../i18n/format";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { KEY, path } from "../api";
import { digestWords } from "../figures";
import type { Contract, FullVersion } from "../model";
import { differences } from "./text";

/** Every version with who approved it, and how the text on screen differs from it. */
export function Versions({ contract, text, onClose }: { contract: Contract; text: string; onClose: () => void }) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const [against, setAgainst] = useState<number | null>(contract.current);
  const versions = [...contract.versions].sort((a, b) => b.n - a.n);
  return (
    <Drawer open size={640} title={t("versions")} onClose={onClose}>
      <ul>
        {versions.map((one) => (
          <li key={one.n} style={{ padding: "10px 0", borderBottom: "1px solid var(--jt-border)" }}>
            <div className="jt-row">
              <b>{one.n}</b>
              <span>{t(`vs.${one.state}`)}</span>
              <span className="jt-note">
                {one.start} · {t("madeBy", { who: one.made_by_name, at: instant(one.made_at, "moment", lang) })}
              </span>
              <span className="jt-fill" />
              <Link to={`/agreements/${encodeURIComponent(contract.id)}/edit?version=${one.n}`} onClick={onClose}>
                {t("open")}
              </Link>
              <Button
                size="small"
                aria-pressed={against === one.n}
                onClick={() => setAgainst(against === one.n ? null : one.n)}
              >
                {t("compare", { v: one.n })}
              </Button>
            </div>
            {one.note ? <p>{one.note}</p> : null}
            {one.approvals.map((each) => (
              <p key={each.at} className="jt-note">
                {t(each.decision === "approved" ? "vs.approved" : "vs.rejected")}: {each.by_name},{" "}
                {instant(each.at, "moment", lang)} {each.reason}
              </p>
            ))}
            <code className="jt-note">{digestWords(one.digest)}</code>
            {against === one.n ? <Difference id={contract.id} n={one.n} text={text} /> : null}
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

function Difference({ id, n, text }: { id: string; n: number; text: string }) {
  const t = useWords(editorWords);
  const query = useQuery({
    queryKey: [KEY, id, "version", n],
    queryFn: ({ signal }) => http.get<FullVersion>(path(id, `/versions/${n}`), { signal }),
  });
  if (query.error) return <Empty kind="lost">{worded(query.error)}</Empty>;
  if (!query.data) return null;
  const lines = differences(query.data.yaml, text);
  if (lines.length === 0) return <p className="jt-note">{t("noDifference")}</p>;
  return (
    <section className="ed-diff" tabIndex={0} aria-label={t("compare", { v: n })}>
      {lines.map((line, i) =>
        line === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <div key={i}>…</div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same
          <div key={i} data-kind={line.kind}>
            {line.text}
          </div>
        ),
      )}
    </section>
  );
}
