import { lazy, Suspense } from "react";
import { Route, Routes, useParams } from "react-router";
import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { useMay } from "../../session/session";
import { Empty } from "../../ui/Empty";
import { ListPage } from "./ListPage";
import { ReportPage } from "./ReportPage";
import "./reports.css";

const DeliveriesPage = lazy(() => import("./deliveries/DeliveriesPage"));
const BuilderPage = lazy(() => import("./builder/BuilderPage"));

/** /reports lists them, /reports/<id> shows one with its figures, /reports/new and /reports/<id>/edit build. */
export default function ReportsPage() {
  return (
    <Routes>
      <Route index element={<ListPage />} />
      <Route
        path="deliveries"
        element={
          <Suspense fallback={null}>
            <DeliveriesPage />
          </Suspense>
        }
      />
      <Route path="new" element={<Building key="new" />} />
      <Route path=":id" element={<Shown />} />
      <Route path=":id/edit" element={<Building key="edit" />} />
    </Routes>
  );
}

function Shown() {
  const { id = "" } = useParams();
  return <ReportPage key={id} id={id} />;
}

function Building() {
  const { id } = useParams();
  const t = useWords(reports);
  const w = useWords(core);
  const may = useMay("report.edit");
  if (!may) return <Empty kind="permission">{t("mayNotBuild")}</Empty>;
  return (
    <Suspense
      fallback={
        <p className="rp-wait jt-note" role="status">
          {w("loading")}
        </p>
      }
    >
      <BuilderPage key={id ?? "new"} id={id ?? null} />
    </Suspense>
  );
}
