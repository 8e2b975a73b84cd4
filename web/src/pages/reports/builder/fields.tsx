import { Input } from "antd";
import { type ReactNode, useId, useState } from "react";
import { LANGUAGE_NAMES, LANGUAGES, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { reports } from "../../../i18n/reports";
import type { Texts } from "../model";

/** What is wrong with a field, beneath it. */
export function FaultText({ code, id }: { code: string; id?: string }) {
  const t = useWords(reports);
  const key = `fault.${code}`;
  return (
    <p className="rp-fault" role="alert" id={id}>
      {key in reports["zh-Hans"] ? (t as (key: string) => string)(key) : code}
    </p>
  );
}

export function Field({
  label,
  fault,
  children,
}: {
  label: string;
  fault?: string | null;
  children: (field: { id: string; "aria-describedby"?: string; status?: "error" }) => ReactNode;
}) {
  const id = useId();
  const note = useId();
  return (
    <div className="rp-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(fault ? { "aria-describedby": note, status: "error" as const } : {}) })}
      {fault ? <FaultText code={fault} id={note} /> : null}
    </div>
  );
}

/** One text: in the reader's language, and on request in the other two. */
export function TextsField({
  label,
  value,
  onChange,
  fault,
  rows,
}: {
  label: string;
  value: Texts;
  onChange: (value: Texts) => void;
  fault?: string | null;
  rows?: number;
}) {
  const t = useWords(reports);
  const mine = useLanguage();
  const others = LANGUAGES.filter((one) => one !== mine);
  const [more, setMore] = useState(others.some((one) => value[one]) && !value[mine]);
  const put = (language: (typeof LANGUAGES)[number], text: string) => {
    const next = { ...value, [language]: text };
    if (text === "") delete next[language];
    onChange(next);
  };
  const input = (language: (typeof LANGUAGES)[number], field: object) =>
    rows ? (
      <Input.TextArea
        {...field}
        rows={rows}
        lang={language}
        value={value[language] ?? ""}
        onChange={(event) => put(language, event.target.value)}
      />
    ) : (
      <Input
        {...field}
        lang={language}
        value={value[language] ?? ""}
        onChange={(event) => put(language, event.target.value)}
      />
    );
  return (
    <>
      <Field label={label} fault={fault}>
        {(field) => input(mine, field)}
      </Field>
      {more ? (
        others.map((language) => (
          <Field key={language} label={`${label}, ${LANGUAGE_NAMES[language].long}`}>
            {(field) => input(language, field)}
          </Field>
        ))
      ) : (
        <button type="button" className="jt-link rp-languages" onClick={() => setMore(true)}>
          {t("otherLanguages")}
        </button>
      )}
    </>
  );
}
