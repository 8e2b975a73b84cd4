import { Input } from "antd";
import { flowWords } from "../../../i18n/flows";
import { useWords } from "../../../i18n/messages";
import type { RequestNode } from "../model";
import { useForm } from "./context";
import { Gone, Rows, swapped, without } from "./rows";

/** Headers of a request, and what is kept of its answer. */
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
