import { Input, InputNumber, Select } from "antd";
import { type ReactNode, useId } from "react";
import { flowWords } from "../../../i18n/flows";
import { LANGUAGE_NAMES, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { Button, IconButton } from "../../../ui/Button";
import { branchMoved, rekeyed, withoutBranch } from "../edit";
import {
  type Branch,
  blankBranch,
  type ConditionNode,
  KEYS,
  type LanguageNode,
  type MenuNode,
  OPERATORS,
  type QueueNode,
  type RequestNode,
  type SurveyNode,
  type Value,
  variables,
} from "../model";
import { subjects } from "../names";
import { faultsAt, useForm } from "./context";
import { NameInput, type Option, Wrong } from "./fields";

/** Lists inside a node: keys, branches, headers; a line each, and one more below. */
function Rows({
  title,
  field,
  add,
  onAdd,
  note,
  children,
}: {
  title: string;
  field: string;
  add: string;
  onAdd?: () => void; // none: nothing more can be added
  note?: string;
  children: ReactNode;
}) {
  const { faults, writable } = useForm();
  const id = useId();
  return (
    <fieldset className="fl-rows" aria-labelledby={id}>
      <legend id={id}>{title}</legend>
      {children}
      <Wrong faults={faultsAt(faults, field)} />
      {writable ? (
        <div className="jt-row">
          <Button size="small" icon="plus" disabled={!onAdd} onClick={onAdd}>
            {add}
          </Button>
          {note ? <span className="jt-note">{note}</span> : null}
        </div>
      ) : null}
    </fieldset>
  );
}

/** One line's delete button. */
function Gone({ what, onClick }: { what: string; onClick: () => void }) {
  const t = useWords(flowWords);
  const { writable } = useForm();
  return writable ? <IconButton icon="trash" label={`${t("remove")}: ${what}`} onClick={onClick} /> : null;
}

function KeySelect({
  value,
  taken,
  onChange,
}: {
  value: string;
  taken: readonly string[];
  onChange: (key: string) => void;
}) {
  const t = useWords(flowWords);
  const { writable } = useForm();
  return (
    <Select
      size="small"
      aria-label={t("key")}
      className="fl-key"
      disabled={!writable}
      value={value}
      options={KEYS.filter((key) => key === value || !taken.includes(key)).map((key) => ({ value: key, label: key }))}
      onChange={onChange}
    />
  );
}

const free = (taken: readonly string[]) => KEYS.filter((key) => !taken.includes(key));
const swapped = <T,>(list: readonly T[], i: number, one: T): T[] => list.map((old, j) => (j === i ? one : old));
const without = <T,>(list: readonly T[], i: number): T[] => list.filter((_, j) => j !== i);

function useKeyRows(field: "choices" | "keys") {
  const t = useWords(flowWords);
  const { node, editor, set } = useForm();
  return {
    t,
    put: (rows: readonly unknown[], what: string) => set({ [field]: rows }, `${field}.${what}`),
    rekey: (i: number, key: string) => editor.change("edit", (flow) => rekeyed(flow, node.id, field, i, key)),
  };
}

export function ChoiceRows({ node }: { node: MenuNode }) {
  const { t, put, rekey } = useKeyRows("choices");
  const taken = node.choices.map((one) => one.key);
  const left = free(taken);
  return (
    <Rows
      title={t("f.choices")}
      field="choices"
      add={t("addKey")}
      note={left.length ? t("freeKeys", { keys: left.join(" ") }) : undefined}
      onAdd={left[0] ? () => put([...node.choices, { key: left[0], name: {} }], "add") : undefined}
    >
      {node.choices.map((choice, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place: its key may change or be there twice
        <div className="fl-line3" key={i}>
          <KeySelect value={choice.key} taken={taken} onChange={(key) => rekey(i, key)} />
          <NameInput
            small
            label={`${t("name")}, ${t("key")} ${choice.key}`}
            value={choice.name}
            onChange={(name) => put(swapped(node.choices, i, { ...choice, name }), `${i}.name`)}
          />
          <Gone what={`${t("key")} ${choice.key}`} onClick={() => put(without(node.choices, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}

export function LanguageRows({ node }: { node: LanguageNode }) {
  const { t, put } = useKeyRows("choices");
  const { editor, writable } = useForm();
  const taken = node.choices.map((one) => one.key);
  const left = free(taken);
  const spoken = editor.flow.languages;
  return (
    <Rows
      title={t("f.choices")}
      field="choices"
      add={t("addKey")}
      onAdd={
        left[0] && spoken[0] ? () => put([...node.choices, { key: left[0], language: spoken[0] }], "add") : undefined
      }
    >
      {node.choices.map((choice, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div className="fl-line3" key={i}>
          <KeySelect
            value={choice.key}
            taken={taken}
            onChange={(key) => put(swapped(node.choices, i, { ...choice, key }), "key")}
          />
          <Select
            size="small"
            aria-label={`${t("f.language")}, ${t("key")} ${choice.key}`}
            disabled={!writable}
            value={choice.language}
            options={spoken.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
            onChange={(language) => put(swapped(node.choices, i, { ...choice, language }), "language")}
          />
          <Gone what={`${t("key")} ${choice.key}`} onClick={() => put(without(node.choices, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}

export function QueueKeyRows({ node }: { node: QueueNode }) {
  const { t, put, rekey } = useKeyRows("keys");
  const { writable } = useForm();
  const taken = node.keys.map((one) => one.key);
  const left = free(taken);
  return (
    <Rows
      title={t("f.keys")}
      field="keys"
      add={t("addKey")}
      onAdd={left[0] ? () => put([...node.keys, { key: left[0], name: {}, does: "callback" }], "add") : undefined}
    >
      {node.keys.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div className="fl-line3" key={i}>
          <KeySelect value={one.key} taken={taken} onChange={(key) => rekey(i, key)} />
          <span className="fl-two">
            <NameInput
              small
              label={`${t("name")}, ${t("key")} ${one.key}`}
              value={one.name}
              onChange={(name) => put(swapped(node.keys, i, { ...one, name }), `${i}.name`)}
            />
            <Select
              size="small"
              aria-label={`${t("f.does")}, ${t("key")} ${one.key}`}
              disabled={!writable}
              value={one.does}
              popupMatchSelectWidth={false}
              options={(["callback", "leave"] as const).map((what) => ({ value: what, label: t(`does.${what}`) }))}
              onChange={(does) => put(swapped(node.keys, i, { ...one, does }), "does")}
            />
          </span>
          <Gone what={`${t("key")} ${one.key}`} onClick={() => put(without(node.keys, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}

export function ScoreRows({ node }: { node: SurveyNode }) {
  const { t, put } = useKeyRows("keys");
  const { writable } = useForm();
  const taken = node.keys.map((one) => one.key);
  const left = free(taken);
  return (
    <Rows
      title={t("f.surveyKeys")}
      field="keys"
      add={t("addKey")}
      onAdd={left[0] ? () => put([...node.keys, { key: left[0], score: 3, name: {} }], "add") : undefined}
    >
      {node.keys.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div className="fl-line4" key={i}>
          <KeySelect
            value={one.key}
            taken={taken}
            onChange={(key) => put(swapped(node.keys, i, { ...one, key }), "key")}
          />
          <InputNumber
            size="small"
            controls={false}
            aria-label={`${t("f.score")}, ${t("key")} ${one.key}`}
            disabled={!writable}
            min={1}
            max={5}
            precision={0}
            value={one.score}
            onChange={(score) => score !== null && put(swapped(node.keys, i, { ...one, score }), "score")}
          />
          <NameInput
            small
            label={`${t("name")}, ${t("key")} ${one.key}`}
            value={one.name}
            onChange={(name) => put(swapped(node.keys, i, { ...one, name }), `${i}.name`)}
          />
          <Gone what={`${t("key")} ${one.key}`} onClick={() => put(without(node.keys, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}

export function BranchRows({ node, queues }: { node: ConditionNode; queues: readonly Option[] }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { editor, set, writable } = useForm();
  const known = subjects(
    queues.map((one) => ({ id: one.value, name: one.label })),
    variables(editor.flow),
    lang,
  );
  const put = (branches: Branch[], what: string) => set({ branches }, `branches.${what}`);
  return (
    <Rows
      title={t("f.branches")}
      field="branches"
      add={t("addBranch")}
      onAdd={() => put([...node.branches, blankBranch()], "add")}
    >
      {node.branches.map((branch, i) => {
        const { when } = branch;
        const name = t("x.branch", { i: i + 1 });
        const change = (next: Partial<Branch["when"]>, what: string) =>
          put(swapped(node.branches, i, { ...branch, when: { ...when, ...next } }), `${i}.${what}`);
        const options = known.some((one) => one.value === when.subject)
          ? known
          : [...known, { value: when.subject, label: when.subject }];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a branch is its place
          <div className="fl-branch" key={i}>
            <div className="jt-row">
              <NameInput
                small
                label={`${t("name")}, ${name}`}
                value={branch.name}
                onChange={(next) => put(swapped(node.branches, i, { ...branch, name: next }), `${i}.name`)}
              />
              {writable ? (
                <>
                  <IconButton
                    icon="up"
                    label={`${t("up")}: ${name}`}
                    disabled={i === 0}
                    onClick={() => editor.change("edit", (flow) => branchMoved(flow, node.id, i, -1))}
                  />
                  <IconButton
                    icon="down"
                    label={`${t("down")}: ${name}`}
                    disabled={i === node.branches.length - 1}
                    onClick={() => editor.change("edit", (flow) => branchMoved(flow, node.id, i, 1))}
                  />
                </>
              ) : null}
              <Gone what={name} onClick={() => editor.change("edit", (flow) => withoutBranch(flow, node.id, i))} />
            </div>
            <Select
              size="small"
              aria-label={`${t("f.subject")}, ${name}`}
              disabled={!writable}
              value={when.subject}
              showSearch={{ optionFilterProp: "label" }}
              popupMatchSelectWidth={false}
              options={options}
              onChange={(subject) => change({ subject }, "subject")}
            />
            <div className="fl-two">
              <Select
                size="small"
                aria-label={`${t("f.op")}, ${name}`}
                disabled={!writable}
                value={when.op}
                options={OPERATORS.map((op) => ({ value: op, label: t(`op.${op}`) }))}
                onChange={(op) => change({ op, value: fitting(op, when.value) }, "op")}
              />
              {when.op === "set" || when.op === "unset" ? null : (
                <ValueInput
                  label={`${t("f.value")}, ${name}`}
                  list={when.op === "in" || when.op === "between"}
                  value={when.value}
                  onChange={(value) => change({ value }, "value")}
                />
              )}
            </div>
          </div>
        );
      })}
    </Rows>
  );
}

function fitting(op: string, value: Value): Value {
  const listed = Array.isArray(value)
    ? value
    : value === null
      ? []
      : [typeof value === "boolean" ? String(value) : value];
  if (op === "set" || op === "unset") return null;
  return op === "in" || op === "between" ? listed : Array.isArray(value) ? (value[0] ?? "") : (value ?? "");
}

/** `true`, `12` and `gold` are read as what they look like; several are parted by commas. */
export function readValue(text: string, list: boolean): Value {
  // Half-typed figures (1.0) and codes (007) stay the text that they are.
  const one = (part: string): string | number => (part !== "" && String(Number(part)) === part ? Number(part) : part);
  if (list) return text.split(/[,，、]/).map((part) => one(part.trim()));
  if (text === "true" || text === "false") return text === "true";
  return one(text);
}

function ValueInput({
  label,
  list,
  value,
  onChange,
}: {
  label: string;
  list: boolean;
  value: Value;
  onChange: (value: Value) => void;
}) {
  const t = useWords(flowWords);
  const { writable } = useForm();
  return (
    <Input
      size="small"
      aria-label={label}
      disabled={!writable}
      title={list ? t("f.listHint") : undefined}
      placeholder={list ? t("f.listHint") : undefined}
      value={Array.isArray(value) ? value.join(",") : String(value ?? "")}
      onChange={(event) => onChange(readValue(event.target.value, list))}
    />
  );
}

export function HeaderRows({ node }: { node: RequestNode }) {
  const t = useWords(flowWords);
  const { set, writable } = useForm();
  const rows = Object.entries(node.headers);
  const put = (next: [string, string][], what: string) =>
    set({ headers: Object.fromEntries(next) }, `headers.${what}`);
  return (
    <Rows
      title={t("f.headers")}
      field="headers"
      add={t("addHeader")}
      onAdd={"" in node.headers ? undefined : () => put([...rows, ["", ""]], "add")}
    >
      {rows.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: its name is being typed
        <div className="fl-line3 fl-even" key={i}>
          <Input
            size="small"
            className="fl-code"
            aria-label={`${t("f.headerName")} ${i + 1}`}
            disabled={!writable}
            value={name}
            onChange={(event) => put(swapped(rows, i, [event.target.value, value]), `${i}.name`)}
          />
          <Input
            size="small"
            className="fl-code"
            aria-label={`${t("f.value")}, ${name}`}
            disabled={!writable}
            value={value}
            onChange={(event) => put(swapped(rows, i, [name, event.target.value]), `${i}.value`)}
          />
          <Gone what={name || t("f.headerName")} onClick={() => put(without(rows, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}

export function SavedRows({ node }: { node: RequestNode }) {
  const t = useWords(flowWords);
  const { set, writable } = useForm();
  const put = (save: RequestNode["save"], what: string) => set({ save }, `save.${what}`);
  return (
    <Rows
      title={t("f.save")}
      field="save"
      add={t("addSaved")}
      note={t("f.pathHint")}
      onAdd={() => put([...node.save, { variable: "", path: "" }], "add")}
    >
      {node.save.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: its name is being typed
        <div className="fl-line3 fl-even" key={i}>
          <Input
            size="small"
            className="fl-code"
            aria-label={`${t("by.variable")} ${i + 1}`}
            placeholder={t("by.variable")}
            disabled={!writable}
            value={one.variable}
            onChange={(event) =>
              put(swapped(node.save, i, { ...one, variable: event.target.value }), `${i}.variable`)
            }
          />
          <Input
            size="small"
            className="fl-code"
            aria-label={`${t("f.path")} ${i + 1}`}
            placeholder={t("f.path")}
            disabled={!writable}
            value={one.path}
            onChange={(event) => put(swapped(node.save, i, { ...one, path: event.target.value }), `${i}.path`)}
          />
          <Gone what={one.variable || t("by.variable")} onClick={() => put(without(node.save, i), "remove")} />
        </div>
      ))}
    </Rows>
  );
}
