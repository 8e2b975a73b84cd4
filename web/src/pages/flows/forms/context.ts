import { createContext, useContext } from "react";
import type { Language } from "../../../i18n/language";
import type { Fault } from "../api";
import type { FlowNode } from "../model";
import type { Editor } from "../useEditor";

/** What the fields of one node's form share. */
export type FormScope = {
  editor: Editor;
  node: FlowNode;
  faults: readonly Fault[]; // of this node
  speech: Language; // texts are shown and written in this one
  writable: boolean;
  /** Changes fields; what is typed into one `field` in a row is undone as one. */
  set: (fields: Record<string, unknown>, field: string) => void;
  counts: Readonly<Record<string, number>> | null;
};

export const FormContext = createContext<FormScope | null>(null);

export function useForm(): FormScope {
  const scope = useContext(FormContext);
  if (!scope) throw new Error("A field stands in a form.");
  return scope;
}

/** What is wrong with a field or anything in it. */
export function faultsAt(faults: readonly Fault[], field: string): Fault[] {
  return faults.filter((fault) => fault.field === field || fault.field.startsWith(`${field}.`));
}
