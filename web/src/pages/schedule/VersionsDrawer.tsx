import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Drawer } from "antd";
import { http } from "../../api/http";
import { instant } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { useMay, useSession } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { PLANNING, type Version } from "./api";
import { SCHEDULE } from "./useBoard";
import { todayIn } from "./useView";

/** What was published, by whom, and the way back to it. */
export function VersionsDrawer({ onClose }: { onClose: () => void }) {
  const t = useWords(schedule);
  const lang = useLanguage();
  const notice = useNotice();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const publishes = useMay("plan.publish");
  const { site } = useSession();
  const versions = useQuery({
    queryKey: [SCHEDULE, "versions"],
    queryFn: ({ signal }) => http.get<{ items: Version[] }>(`${PLANNING}/schedule/versions`, { signal }),
  });
  const again = (one: Version) =>
    modal.confirm({
      title: t("publishOlder"),
      content: t("publishOlderSure", { n: one.n }),
      okText: t("publishOlder"),
      onOk: async () => {
        try {
          await http.post(`${PLANNING}/schedule/versions/${one.n}/publish`, {
            body: { first: todayIn(site?.zone ?? "UTC") },
          });
          await queries.invalidateQueries({ queryKey: [SCHEDULE] });
          onClose();
        } catch (error) {
          notice.failed(error);
        }
      },
    });
  const items = versions.data?.items ?? [];
  return (
    <Drawer open size={460} title={t("versionsTitle")} onClose={onClose} styles={{ body: { padding: "8px 20px" } }}>
      {versions.isSuccess && items.length === 0 ? <Empty kind="none">{t("noVersions")}</Empty> : null}
      <ul className="sc-versions">
        {items.map((one, i) => (
          <li key={one.n}>
            <div>
              <p className="jt-strong">
                {t("versionLine", { n: one.n, at: instant(one.at, "moment", lang), by: one.by_name })}
              </p>
              <p className="jt-note">
                {t(`versionKind.${one.kind}`, { n: one.older ?? 0 })} ·{" "}
                {t("versionChanges", { people: one.agents, n: one.changes })}
                {one.note ? ` · ${one.note}` : ""}
              </p>
            </div>
            {publishes && i > 0 ? (
              <Button size="small" onClick={() => again(one)}>
                {t("publishOlder")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
