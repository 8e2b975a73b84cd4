import { useInfiniteQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { Link, Route, Routes, useParams, useSearchParams } from "react-router";
import { http, type Page } from "../../api/http";
import { customers as area } from "../../i18n/customers";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { SearchInput } from "../../ui/SearchInput";
import { type Customer, useDirectory } from "./api";
import { CustomerFilePane } from "./CustomerFile";
import { NewCustomer } from "./NewCustomer";
import "./customers.css";

/** The customer file: the list on the left, the one chosen beside it. Search and client stand in the address. */
export default function CustomersPage() {
  return (
    <div className="cu-page">
      <CustomerList />
      <Routes>
        <Route
          index
          element={
            <div className="cu-file">
              <Choose />
            </div>
          }
        />
        <Route path=":id" element={<Chosen />} />
      </Routes>
    </div>
  );
}

function Choose() {
  const t = useWords(area);
  return (
    <Empty kind="none" icon="person">
      {t("choose")}
    </Empty>
  );
}

function Chosen() {
  const { id = "" } = useParams();
  return <CustomerFilePane key={id} id={id} />;
}

function CustomerList() {
  const t = useWords(area);
  const lang = useLanguage();
  const edits = useMay("customers.edit");
  const { "*": open = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const [making, setMaking] = useState(false);
  const q = params.get("q") ?? "";
  const client = params.get("client");
  const clients = useDirectory().data?.clients ?? [];
  const found = useInfiniteQuery({
    queryKey: ["customers", q, client],
    queryFn: ({ pageParam }) =>
      http.get<Page<Customer>>("/api/customers", { query: { q, client, cursor: pageParam, limit: 100 } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const put = (name: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const search = params.toString() ? `?${params.toString()}` : "";
  return (
    <section className="cu-list" aria-label={t("title")}>
      <div className="cu-find">
        <h1>{t("title")}</h1>
        <SearchInput label={t("find")} value={q} search={(text) => put("q", text)} />
        {clients.length > 1 ? (
          <Select
            aria-label={t("client")}
            placeholder={t("allClients")}
            allowClear
            value={client ?? undefined}
            style={{ width: 140 }}
            options={clients.map((one) => ({ value: one.id, label: inLanguage(one.name, lang) }))}
            onChange={(next: string | undefined) => put("client", next ?? null)}
          />
        ) : null}
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setMaking(true)}>
            {t("newCustomer")}
          </Button>
        ) : null}
      </div>
      <div className="cu-rows">
        {found.error ? <Empty kind="lost">{worded(found.error)}</Empty> : null}
        {found.data && items.length === 0 ? (
          q || client ? (
            <Empty
              kind="filtered"
              action={
                <button type="button" className="jt-link" onClick={() => setParams({}, { replace: true })}>
                  {t("clear")}
                </button>
              }
            >
              {t("noneFound")}
            </Empty>
          ) : (
            <Empty kind="none">{t("noneYet")}</Empty>
          )
        ) : null}
        {items.length ? (
          <table className="cu-table">
            <thead>
              <tr>
                <th scope="col">{t("name")}</th>
                <th scope="col">{t("class")}</th>
                <th scope="col">{t("numbers")}</th>
                <th scope="col">{t("region")}</th>
                <th scope="col">{t("client")}</th>
                <th scope="col" className="r">
                  {t("updated")}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id} aria-selected={open === one.id}>
                  <td>
                    <Link to={{ pathname: `/customers/${one.id}`, search }}>{one.name || "–"}</Link>
                  </td>
                  <td>{one.customer_class}</td>
                  <td className="jt-num jt-clip">{one.identities.map((has) => has.masked).join("  ")}</td>
                  <td>{one.region}</td>
                  <td>{inLanguage(clients.find((has) => has.id === one.client)?.name, lang)}</td>
                  <td className="r jt-note">{instant(one.updated_at, "day", lang)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        {found.hasNextPage ? (
          <div style={{ padding: "8px 16px" }}>
            <Button onClick={() => void found.fetchNextPage()} disabled={found.isFetchingNextPage}>
              {t("more")}
            </Button>
          </div>
        ) : null}
      </div>
      {making ? <NewCustomer onClose={() => setMaking(false)} /> : null}
    </section>
  );
}
