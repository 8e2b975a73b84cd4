import { InputNumber, Select } from "antd";
import { flowWords } from "../../../i18n/flows";
import { LANGUAGE_NAMES } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { rekeyed } from "../edit";
import type { LanguageNode, MenuNode, QueueNode, SurveyNode } from "../model";
import { useForm } from "./context";
import { NameInput } from "./fields";
import { free, Gone, KeySelect, Rows, swapped, without } from "./rows";

/** What keys do: choices of a menu, languages, keys while waiting, scores of a survey. */
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
