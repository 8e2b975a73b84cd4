import { lazy } from "react";
import { Route, Routes, useParams } from "react-router";
import { ContractPage } from "./ContractPage";
import { ListPage } from "./ListPage";
import "./agreements.css";

const EditorPage = lazy(() => import("./editor/EditorPage"));
const StatementPage = lazy(() => import("./statement/StatementPage"));
const StatementsPage = lazy(() => import("./statement/StatementsPage"));

/** /agreements · /agreements/new · /agreements/<id>[/edit|/statements|/preview] · /agreements/statements/<number> */
export default function AgreementsPage() {
  return (
    <Routes>
      <Route index element={<ListPage />} />
      <Route path="new" element={<EditorPage />} />
      <Route path="statements/:statement" element={<StatementPage />} />
      <Route path=":id" element={<Opened />} />
      <Route path=":id/edit" element={<EditorPage />} />
      <Route path=":id/preview" element={<StatementPage />} />
      <Route path=":id/statements" element={<StatementsPage />} />
    </Routes>
  );
}

function Opened() {
  const { id = "" } = useParams();
  return <ContractPage key={id} id={id} />;
}
