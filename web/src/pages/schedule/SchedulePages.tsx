import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Tabs } from "./Tabs";

const BoardPage = lazy(() => import("./BoardPage"));
const RequestsPage = lazy(() => import("./requests/RequestsPage"));
const SetupPage = lazy(() => import("./setup/SetupPage"));

/** /schedule draws the plan, /schedule/requests decides what staff ask for, /schedule/settings has the rules. */
export default function SchedulePages() {
  return (
    <div className="pl-page">
      <Tabs />
      <Suspense fallback={null}>
        <Routes>
          <Route index element={<BoardPage />} />
          <Route path="requests/*" element={<RequestsPage />} />
          <Route path="settings/*" element={<SetupPage />} />
        </Routes>
      </Suspense>
    </div>
  );
}
