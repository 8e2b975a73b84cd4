import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { http, type Page } from "../../api/http";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { access } from "../../i18n/settingsAccess";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { SearchInput } from "../../ui/SearchInput";

type Entry = {
  seq: number;
  at: string;
  name: string;
  action: string;
  object: string;
  details: Record<string, unknown>;
  address: string;
};
type Verdict = { sound: boolean; entries: number; digest: string; broken_at: number | null; reason: string | null };

/** Who did what to what, newest first; filters stand in the address. */
export default function AuditPage() {
  const t = useWords(settings);
  const a = useWords(access);
  const lang = useLanguage();
  const notice = useNotice();
  const [params, setParams] = useSearchParams();
  const action = params.get("action") ?? "";
  const object = params.get("object") ?? "";
  const put = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  const log = useInfiniteQuery({
    queryKey: ["audit", action, object],
    queryFn: ({ pageParam }) =>
      http.get<Page<Entry>>("/api/audit", { query: { action, object, cursor: pageParam, limit: 100 } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const verify = useMutation({
    mutationFn: () => http.get<Verdict>("/api/audit/verify"),
    onError: notice.failed,
  });
  if (log.error) return <Empty kind="lost">{worded(log.error)}</Empty>;
  const entries = log.data?.pages.flatMap((page) => page.items) ?? [];
  const verdict = verify.data;
  return (
    <>
      <div className="st-head">
        <h2>{t("audit")}</h2>
        <div className="st-filters">
          <SearchInput label={a("filterWhat")} width={200} value={action} search={(text) => put("action", text)} />
          <SearchInput label={a("filterObject")} width={200} value={object} search={(text) => put("object", text)} />
        </div>
        <span className="jt-fill" />
        <Button onClick={() => verify.mutate()} disabled={verify.isPending}>
          {a("auditVerify")}
        </Button>
      </div>
      {verdict ? (
        <div className="jt-banner" data-level={verdict.sound ? "plain" : "act"} role="status">
          {verdict.sound
            ? a("auditSound", { n: verdict.entries, digest: `${verdict.digest.slice(0, 16)}…` })
            : a("auditBroken", { seq: verdict.broken_at ?? 0, reason: verdict.reason ?? "" })}
        </div>
      ) : null}
      <div className="st-list">
        {log.data && entries.length === 0 ? (
          <Empty
            kind="filtered"
            action={
              <button type="button" className="jt-link" onClick={() => setParams({}, { replace: true })}>
                {a("clear")}
              </button>
            }
          >
            {a("noEntries")}
          </Empty>
        ) : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{a("when")}</th>
              <th scope="col">{a("who")}</th>
              <th scope="col">{a("what")}</th>
              <th scope="col">{a("object")}</th>
              <th scope="col">{a("details")}</th>
              <th scope="col">{a("from")}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.seq}>
                <td className="jt-num">{instant(entry.at, "moment", lang)}</td>
                <td>{entry.name}</td>
                <td>
                  <button type="button" className="jt-bare st-code" onClick={() => put("action", entry.action)}>
                    {entry.action}
                  </button>
                </td>
                <td>
                  <button type="button" className="jt-bare st-code" onClick={() => put("object", entry.object)}>
                    {entry.object}
                  </button>
                </td>
                <td className="st-code jt-note" style={{ maxWidth: 320, overflowWrap: "anywhere" }}>
                  {Object.keys(entry.details).length ? JSON.stringify(entry.details) : ""}
                </td>
                <td className="jt-note">{entry.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {log.hasNextPage ? (
          <div style={{ padding: "8px 24px" }}>
            <Button onClick={() => void log.fetchNextPage()} disabled={log.isFetchingNextPage}>
              {a("more")}
            </Button>
          </div>
        ) : null}
      </div>
    </>
  );
}
