import { Checkbox, Dropdown, Input, Segmented, Select } from "antd";
import { type Ref, useMemo } from "react";
import { core } from "../../i18n/core";
import { flowWords } from "../../i18n/flows";
import { count } from "../../i18n/format";
import { inLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Counts, Fault } from "./api";
import { changed, connected, duplicated, removed } from "./edit";
import { FormContext, type FormScope } from "./forms/context";
import { NameField, Wrong } from "./forms/fields";
import { NodeForm } from "./forms/NodeForm";
import { exits, type Flow, type FlowNode, ICONS, nodeOf, type Texts } from "./model";
import { countName, exitName, nodeName, typeName } from "./names";
import { TargetSelect } from "./Outline";
import { numbers } from "./outline";
import type { Editor } from "./useEditor";

type Props = {
  editor: Editor;
  flow: Flow;
  counts: Counts | null;
  speech: Language;
  setSpeech: (language: Language) => void;
  writable: boolean;
  ref?: Ref<HTMLElement>;
};

/** Beside the graph: the form of the chosen node; of several what can be done with them; of none, the flow's own. */
export function Properties(props: Props) {
  const { editor, flow, ref } = props;
  const t = useWords(flowWords);
  const node = editor.selection.length === 1 ? nodeOf(flow, editor.selection[0]) : undefined;
  return (
    <aside className="fl-props" aria-label={t("properties")} ref={ref}>
      {node ? (
        <OneNode key={node.id} {...props} node={node} />
      ) : editor.selection.length > 1 ? (
        <Several {...props} />
      ) : (
        <WholeFlow {...props} />
      )}
    </aside>
  );
}

function OneNode({ editor, flow, counts, speech, setSpeech, writable, node }: Props & { node: FlowNode }) {
  const t = useWords(flowWords);
  const c = useWords(core);
  const lang = useLanguage();
  const number = useMemo(() => numbers(flow).get(node.id), [flow, node.id]);
  const faults = flow === editor.flow ? editor.faults.filter((fault) => fault.node === node.id) : NONE;
  const own = counts && counts.entered > 0 ? (counts.nodes[node.id] ?? {}) : null;
  const scope: FormScope = {
    editor,
    node,
    faults,
    speech,
    writable,
    counts: own,
    set: (fields, field) =>
      editor.change("edit", (flow) => changed(flow, node.id, fields as Partial<FlowNode>), {
        group: `${node.id} ${field}`,
      }),
  };
  const items = [
    ...(node.type === "note" || flow.start === node.id
      ? []
      : [{ key: "start", label: t("makeStart"), icon: <Icon name="entry" /> }]),
    { key: "copy", label: t("duplicate"), icon: <Icon name="copy" /> },
    { key: "remove", label: t("remove"), icon: <Icon name="trash" />, danger: true },
  ];
  const act = (key: string) => {
    if (key === "start") editor.change("start", (flow) => ({ ...flow, start: node.id }));
    else if (key === "copy") copy(editor, [node.id]);
    else editor.change("remove", (flow) => removed(flow, [node.id]));
  };
  return (
    <FormContext value={scope}>
      <div className="fl-h fl-propshead">
        <Icon name={ICONS[node.type]} />
        <h2 className="jt-clip">{nodeName(node, lang)}</h2>
        <span className="jt-note jt-clip">
          {t("textFor", { field: number ?? "", language: typeName(node.type, lang) })}
        </span>
        <span className="jt-fill" />
        {writable ? (
          <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => act(key) }}>
            <button type="button" className="jt-link fl-small">
              {c("more")}
            </button>
          </Dropdown>
        ) : null}
      </div>
      <div className="fl-form">
        {node.type === "note" ? null : (
          <>
            <SpeechTabs flow={flow} speech={speech} setSpeech={setSpeech} />
            <NameField />
          </>
        )}
        <NodeForm />
        {/* What stands at no field of the form. */}
        <Wrong faults={faults.filter((fault) => ["", "id", "next"].includes(fault.field))} />
      </div>
      {exits(node).length ? (
        <ExitTable editor={editor} flow={flow} node={node} faults={faults} counts={own} writable={writable} />
      ) : null}
      {own ? <Entered node={node} counts={own} /> : null}
    </FormContext>
  );
}

const NONE: Fault[] = [];

function copy(editor: Editor, ids: readonly string[]) {
  const made = duplicated(editor.flow, ids);
  editor.change("copy", () => made.flow, { select: made.ids });
}

/** Texts of the form and the graph are in this language. */
function SpeechTabs({ flow, speech, setSpeech }: Pick<Props, "flow" | "speech" | "setSpeech">) {
  const t = useWords(flowWords);
  return (
    <Segmented
      block
      size="small"
      aria-label={t("f.language")}
      value={speech}
      onChange={setSpeech}
      options={flow.languages.map((one) => ({
        value: one,
        label: <span lang={one}>{LANGUAGE_NAMES[one].long}</span>,
      }))}
    />
  );
}

function ExitTable({
  editor,
  flow,
  node,
  faults,
  counts,
  writable,
}: {
  editor: Editor;
  flow: Flow;
  node: FlowNode;
  faults: readonly Fault[];
  counts: Readonly<Record<string, number>> | null;
  writable: boolean;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  return (
    <table className="fl-exits">
      <thead>
        <tr>
          <th scope="col">{t("exit")}</th>
          <th scope="col">{t("leadsTo")}</th>
          <th scope="col" className="r">
            {t("todayCol")}
          </th>
        </tr>
      </thead>
      <tbody>
        {exits(node).map((exit) => {
          const name = exitName(node, exit, lang);
          const wrong = faults.filter(
            (fault) => fault.field === `next.${exit}` || (fault.field === "next" && fault.params.exit === exit),
          );
          return (
            <tr key={exit} data-bad={wrong.some((one) => one.level === "error") || undefined}>
              <th scope="row">{name}</th>
              <td>
                <TargetSelect
                  flow={flow}
                  label={t("connectTo", { exit: name })}
                  value={node.next[exit]}
                  disabled={!writable}
                  onChange={(target) => editor.change("connect", (flow) => connected(flow, node.id, exit, target))}
                />
              </td>
              <td className="r jt-num">{counts ? count(counts[exit] ?? 0, lang) : "–"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How those who came in today went on, as bars from zero; losses in their own colour. */
function Entered({ node, counts }: { node: FlowNode; counts: Readonly<Record<string, number>> }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const own = exits(node);
  const rows = [...own, ...Object.keys(counts).filter((key) => !own.includes(key))]
    .map((key) => ({ key, n: counts[key] ?? 0, own: own.includes(key) }))
    .filter((row) => row.n > 0);
  const most = Math.max(1, ...rows.map((row) => row.n));
  if (rows.length === 0) return null;
  return (
    <section className="fl-entered" aria-label={t("todayCol")}>
      <h3>{t("todayCol")}</h3>
      <ul>
        {rows.map(({ key, n, own }) => (
          <li key={key} data-loss={key === "hung_up" || key === "abandoned" || undefined}>
            <span className="jt-clip">{own ? exitName(node, key, lang) : countName(key, lang)}</span>
            <i style={{ width: `${Math.max(1, (n / most) * 100)}%` }} />
            <span className="jt-num">{count(n, lang)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Several({ editor, writable }: Props) {
  const t = useWords(flowWords);
  const n = editor.selection.length;
  return (
    <div className="fl-form">
      <h2>{t("chosenN", { n })}</h2>
      {writable ? (
        <div className="jt-row">
          <Button icon="copy" onClick={() => copy(editor, editor.selection)}>
            {t("duplicate")}
          </Button>
          <Button icon="trash" onClick={() => editor.change("remove", (flow) => removed(flow, editor.selection))}>
            {t("removeN", { n })}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** The flow's own fields: its names, languages, channels, start, and the hosts that requests may go to. */
function WholeFlow({ editor, flow, writable }: Props) {
  const t = useWords(flowWords);
  const c = useWords(core);
  const lang = useLanguage();
  const set = (fields: Partial<Flow>, field: string) =>
    editor.change("edit", (flow) => ({ ...flow, ...fields }), { group: `flow ${field}` });
  const faults = flow === editor.flow ? editor.faults.filter((fault) => fault.node === null) : NONE;
  return (
    <>
      <div className="fl-h fl-propshead">
        <h2>{t("wholeFlow")}</h2>
      </div>
      <div className="fl-form">
        <p className="jt-note">{t("noneChosen")}</p>
        {LANGUAGES.map((one) => (
          <div className="fl-field" key={one}>
            <label htmlFor={`fl-name-${one}`}>
              {t("flowName")}, <span lang={one}>{LANGUAGE_NAMES[one].long}</span>
            </label>
            <Input
              id={`fl-name-${one}`}
              lang={one}
              disabled={!writable}
              value={flow.name[one] ?? ""}
              onChange={(event) => set({ name: { ...flow.name, [one]: event.target.value } as Texts }, `name.${one}`)}
            />
          </div>
        ))}
        <div className="fl-field">
          <label htmlFor="fl-start">{t("start")}</label>
          <TargetSelect
            id="fl-start"
            flow={flow}
            label={t("start")}
            value={flow.start}
            disabled={!writable}
            onChange={(start) => editor.change("start", (flow) => ({ ...flow, start: start ?? "" }))}
          />
        </div>
        <div className="fl-field">
          <label htmlFor="fl-languages">{t("languages")}</label>
          <Select
            id="fl-languages"
            mode="multiple"
            disabled={!writable}
            value={[...flow.languages]}
            options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
            onChange={(languages: Language[]) => languages.length && set({ languages }, "languages")}
          />
          <p className="jt-note">{t("languagesHint")}</p>
        </div>
        <fieldset className="fl-field">
          <legend>{t("channels")}</legend>
          <Checkbox.Group
            disabled={!writable}
            value={[...flow.channels]}
            options={(["voice", "chat"] as const).map((one) => ({ value: one, label: c(`channel.${one}`) }))}
            onChange={(channels) => channels.length && set({ channels: channels as Flow["channels"] }, "channels")}
          />
        </fieldset>
        {flow.nodes.some((node) => node.type === "http") ? (
          <div className="fl-field">
            <label htmlFor="fl-hosts">{t("hosts")}</label>
            <Input.TextArea
              id="fl-hosts"
              className="fl-code"
              rows={2}
              disabled={!writable}
              value={flow.hosts.join("\n")}
              onChange={(event) => set({ hosts: event.target.value.split("\n") }, "hosts")}
            />
            <p className="jt-note">{t("hostsHint")}</p>
          </div>
        ) : null}
        {faults.map((fault) => (
          <p key={`${fault.field} ${fault.code}`} className={fault.level === "error" ? "fl-wrong" : "jt-note"}>
            {inLanguage(fault.message, lang)}
          </p>
        ))}
      </div>
    </>
  );
}
