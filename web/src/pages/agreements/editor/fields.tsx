import { Input, InputNumber, Select, Switch } from "antd";
import { createContext, type ReactNode, useContext, useId } from "react";
import { LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../../i18n/language";
import { at, fieldName, list, number, type Path, text } from "../document";
import type { Fault } from "../model";

/** What every field of the form needs: the document, how to write into it, and what is wrong where. */
export type Form = {
  doc: unknown;
  put: (path: Path, value: unknown) => void;
  faults: readonly Fault[];
  readOnly: boolean;
};
export const FormContext = createContext<Form>({ doc: {}, put: () => undefined, faults: [], readOnly: true });
export const useForm = () => useContext(FormContext);

function useFault(path: Path): string | null {
  const { faults } = useForm();
  const lang = useLanguage();
  const name = fieldName(path);
  const found = faults.find((one) => one.field === name || one.field === name.replace(/^spec\./, ""));
  return found ? found.texts[lang] || found.message : null;
}

function Labelled({
  label,
  path,
  hint,
  children,
}: {
  label: string;
  path: Path;
  hint?: string;
  children: (props: { id: string; "aria-describedby"?: string; status?: "error"; disabled: boolean }) => ReactNode;
}) {
  const id = useId();
  const { readOnly } = useForm();
  const fault = useFault(path);
  const said = fault ?? hint;
  return (
    <div className="ed-field" data-path={fieldName(path)}>
      <label htmlFor={id}>{label}</label>
      <div>
        {children({
          id,
          disabled: readOnly,
          ...(said ? { "aria-describedby": `${id}-note` } : {}),
          ...(fault ? { status: "error" as const } : {}),
        })}
        {said ? (
          <p id={`${id}-note`} className={fault ? "jt-over" : "jt-note"} role={fault ? "alert" : undefined}>
            {said}
          </p>
        ) : null}
      </div>
    </div>
  );
}

export function TextAt({ label, path, hint, type }: { label: string; path: Path; hint?: string; type?: "date" }) {
  const { doc, put } = useForm();
  return (
    <Labelled label={label} path={path} hint={hint}>
      {(props) => (
        <Input
          {...props}
          type={type}
          value={text(doc, path)}
          onChange={(event) => put(path, event.target.value || undefined)}
        />
      )}
    </Labelled>
  );
}

export function NumberAt({ label, path, unit, hint }: { label: string; path: Path; unit?: string; hint?: string }) {
  const { doc, put } = useForm();
  return (
    <Labelled label={label} path={path} hint={hint}>
      {(props) => (
        <span className="jt-row">
          <InputNumber
            {...props}
            controls={false}
            style={{ width: 140 }}
            value={number(doc, path)}
            onChange={(value) => put(path, value ?? undefined)}
          />
          {unit ? <span className="jt-note">{unit}</span> : null}
        </span>
      )}
    </Labelled>
  );
}

export type Choice = { value: string; label: string };

export function ChoiceAt({
  label,
  path,
  options,
  fallback,
  search = false,
}: {
  label: string;
  path: Path;
  options: Choice[];
  fallback?: string;
  search?: boolean;
}) {
  const { doc, put } = useForm();
  return (
    <Labelled label={label} path={path}>
      {(props) => (
        <Select
          {...props}
          style={{ width: "100%", maxWidth: 360 }}
          value={text(doc, path) || fallback}
          options={options}
          showSearch={search ? { optionFilterProp: "label" } : false}
          onChange={(value: string) => put(path, value)}
        />
      )}
    </Labelled>
  );
}

/** Several values: chosen from a list, or typed freely where there is none. */
export function ManyAt({
  label,
  path,
  options,
  hint,
}: {
  label: string;
  path: Path;
  options?: Choice[];
  hint?: string;
}) {
  const { doc, put } = useForm();
  return (
    <Labelled label={label} path={path} hint={hint}>
      {(props) => (
        <Select
          {...props}
          mode={options ? "multiple" : "tags"}
          style={{ width: "100%" }}
          value={list(doc, path).map(String)}
          options={options}
          onChange={(value: string[]) => put(path, value.length > 0 ? value : undefined)}
        />
      )}
    </Labelled>
  );
}

export function SwitchAt({ label, path }: { label: string; path: Path }) {
  const { doc, put } = useForm();
  return (
    <Labelled label={label} path={path}>
      {({ id, disabled }) => (
        <Switch
          id={id}
          size="small"
          disabled={disabled}
          checked={at(doc, path) === true}
          onChange={(value) => put(path, value || undefined)}
        />
      )}
    </Labelled>
  );
}

/** One text in three languages. */
export function NamesAt({ label, path }: { label: string; path: Path }) {
  const { doc, put, readOnly } = useForm();
  const group = useId();
  const fault = useFault(path);
  return (
    <fieldset className="ed-field" data-path={fieldName(path)}>
      <legend>{label}</legend>
      <div className="ed-names">
        {LANGUAGES.map((one) => (
          <div key={one}>
            <label htmlFor={`${group}-${one}`} className="jt-note">
              {LANGUAGE_NAMES[one].short}
            </label>
            <Input
              id={`${group}-${one}`}
              lang={one}
              disabled={readOnly}
              status={fault ? "error" : undefined}
              value={text(doc, [...path, one])}
              onChange={(event) => put([...path, one], event.target.value || undefined)}
            />
          </div>
        ))}
        {fault ? (
          <p className="jt-over" role="alert">
            {fault}
          </p>
        ) : null}
      </div>
    </fieldset>
  );
}
