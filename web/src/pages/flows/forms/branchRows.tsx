import { Input, Select } from "antd";
import { flowWords } from "../../../i18n/flows";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { IconButton } from "../../../ui/Button";
import { branchMoved, withoutBranch } from "../edit";
import { type Branch, blankBranch, type ConditionNode, OPERATORS, type Value, variables } from "../model";
import { subjects } from "../names";
import { useForm } from "./context";
import { NameInput, type Option } from "./fields";
import { Gone, Rows, swapped } from "./rows";

/** The branches of a condition: what is looked at, how it is compared, with what. */
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
