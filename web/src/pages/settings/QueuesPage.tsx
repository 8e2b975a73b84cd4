import { Link, Route, Routes, useNavigate, useParams, useSearchParams } from "react-router";
import { core } from "../../i18n/core";
import { useCollator } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { settings } from "../../i18n/settings";
import { useMay } from "../../session/session";
import { ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { type Doc, NO_NAMES, type QueueSpec, useDocuments } from "./documents";
import { listed } from "./list";
import { QueueEditor } from "./QueueEditor";

export default function QueuesPage() {
  return (
    <Routes>
      <Route index element={<QueueList />} />
      <Route path=":id" element={<OneQueue />} />
    </Routes>
  );
}

function QueueList() {
  const t = useWords(settings);
  const c = useWords(core);
  const lang = useLanguage();
  const names = useCollator();
  const edits = useMay("setup.edit");
  const [params, setParams] = useSearchParams();
  const all = params.get("all") === "1";
  const queues = useDocuments("queues");
  const skills = useDocuments("skills");
  const hours = useDocuments("hours");
  const clients = useDocuments("clients");
  const called = (docs: Doc<{ name: typeof NO_NAMES }>[] | undefined, id: string | null | undefined) =>
    inLanguage(docs?.find((doc) => doc.id === id)?.spec.name, lang) || id || "";
  if (queues.error) return <Empty kind="lost">{worded(queues.error)}</Empty>;
  const shown = (queues.data ?? [])
    .filter((doc) => all || doc.spec.active)
    .sort((a, b) => names.compare(inLanguage(a.spec.name, lang), inLanguage(b.spec.name, lang)));
  return (
    <>
      <div className="st-head">
        <h2>{t("queues")}</h2>
        <label className="jt-row jt-note">
          <input
            type="checkbox"
            checked={all}
            onChange={() => setParams(all ? {} : { all: "1" }, { replace: true })}
          />
          {t("showInactive")}
        </label>
        <span className="jt-fill" />
        {edits ? (
          <ButtonLink to="new" kind="main" icon="plus">
            {t("newQueue")}
          </ButtonLink>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {queues.data && shown.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("client")}</th>
              <th scope="col">{t("channels")}</th>
              <th scope="col">{t("asks")}</th>
              <th scope="col">{t("open")}</th>
              <th scope="col" className="r">
                {t("priority")}
              </th>
              <th scope="col" className="r">
                {t("level")}
              </th>
              <th scope="col">{t("changed")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, spec, version, changed_by }) => (
              <tr key={id} data-off={!spec.active}>
                <td>
                  <Link to={id}>{inLanguage(spec.name, lang)}</Link>
                  {spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                </td>
                <td>{called(clients.data, spec.client)}</td>
                <td>
                  {listed(
                    spec.channels.map((one) => c(`channel.${one}`)),
                    lang,
                  )}
                </td>
                <td>
                  {spec.requires.length
                    ? listed(
                        spec.requires.map((need) => `${called(skills.data, need.skill)} ${need.level}+`),
                        lang,
                      )
                    : t("anyone")}
                </td>
                <td>{spec.hours ? called(hours.data, spec.hours) : t("always")}</td>
                <td className="r">{spec.priority}</td>
                <td className="r">
                  {Math.round(spec.service_level_target * 100)} % / {spec.service_level_s} {t("seconds")}
                </td>
                <td className="jt-note">
                  {t("version", { n: version })} {changed_by}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function OneQueue() {
  const t = useWords(settings);
  const { id = "" } = useParams();
  const go = useNavigate();
  const queues = useDocuments("queues");
  const clients = useDocuments("clients");
  if (!queues.data || !clients.data) return null;
  const found = queues.data.find((doc) => doc.id === id);
  if (id !== "new" && !found) return <Empty kind="filtered">{t("noneYet")}</Empty>;
  const first = clients.data.find((doc) => doc.spec.active)?.id ?? "";
  return (
    <QueueEditor
      key={found ? `${id}-${found.version}` : "new"}
      stored={found ?? { id: "", version: 0, spec: blank(first) }}
      others={queues.data.filter((doc) => doc.id !== id)}
      onDone={() => void go("/settings/queues")}
    />
  );
}

/** The defaults of core.specs.QueueSpec. */
function blank(client: string): QueueSpec {
  return {
    id: "",
    name: NO_NAMES,
    client,
    channels: ["chat", "message"],
    requires: [],
    priority: 0,
    ageing_s: null,
    selection: "longest_idle",
    hours: null,
    service_level_s: 20,
    service_level_target: 0.85,
    short_abandon_s: 5,
    alarm_wait_s: 180,
    alarm_talk_s: 900,
    steps: [],
    max_wait_s: null,
    max_waiting: null,
    offer_s: 20,
    wrapup_s: 60,
    wrapup_extend_s: 30,
    sticky_s: 0,
    callback_retry_s: 300,
    callback_attempts: 3,
    invite: null,
    active: true,
  };
}
