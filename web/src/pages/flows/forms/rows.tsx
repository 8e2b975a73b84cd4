import { Select } from "antd";
import { type ReactNode, useId } from "react";
import { flowWords } from "../../../i18n/flows";
import { useWords } from "../../../i18n/messages";
import { Button, IconButton } from "../../../ui/Button";
import { KEYS } from "../model";
import { faultsAt, useForm } from "./context";
import { Wrong } from "./fields";

/** Lists inside a node: keys, branches, headers; a line each, and one more below. */
export function Rows({
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
export function Gone({ what, onClick }: { what: string; onClick: () => void }) {
  const t = useWords(flowWords);
  const { writable } = useForm();
  return writable ? <IconButton icon="trash" label={`${t("remove")}: ${what}`} onClick={onClick} /> : null;
}

export function KeySelect({
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

export const free = (taken: readonly string[]) => KEYS.filter((key) => !taken.includes(key));
export const swapped = <T,>(list: readonly T[], i: number, one: T): T[] =>
  list.map((old, j) => (j === i ? one : old));
export const without = <T,>(list: readonly T[], i: number): T[] => list.filter((_, j) => j !== i);
