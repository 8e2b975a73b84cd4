import { useState } from "react";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import type { OwnSchedule } from "./api";
import { LeaveDialog } from "./LeaveDialog";
import { RequestCard } from "./RequestCard";
import { inOrder } from "./requests";
import type { Said } from "./words";

/** All that I asked for and was asked, the newest first; what waits for my answer before all. */
export function RequestsTab({ own, said, today }: { own: OwnSchedule; said: Said; today: string }) {
  const { t } = said;
  const [leave, setLeave] = useState(false);
  const items = inOrder(own.requests, own.agent);
  return (
    <section className="ms-list" aria-label={t("tab.requests")}>
      <div className="ms-weekbar">
        <h2>{t("tab.requests")}</h2>
        <span className="jt-fill" />
        <Button icon="leave" onClick={() => setLeave(true)}>
          {t("askLeave")}
        </Button>
      </div>
      {items.length === 0 ? (
        <Empty kind="none">{t("noRequests")}</Empty>
      ) : (
        <ul className="ms-requests">
          {items.map((one) => (
            <RequestCard key={one.id} one={one} me={own.agent} now={own.now} said={said} />
          ))}
        </ul>
      )}
      {leave ? <LeaveDialog day={today} own={own} said={said} today={today} onClose={() => setLeave(false)} /> : null}
    </section>
  );
}
