import { flowWords } from "../../i18n/flows";
import { inLanguage, type Language } from "../../i18n/language";
import { type Words, words } from "../../i18n/messages";
import type { FlowNode, NodeType } from "./model";

/** Nodes, exits and subjects in words. */
type Key = keyof (typeof flowWords)["zh-Hans"];
export type FlowWords = Words<(typeof flowWords)["zh-Hans"]>;

export function typeName(type: NodeType, lang: Language): string {
  return words(flowWords, lang)(`type.${type}`);
}

/** Its own name, or its type's. */
export function nodeName(node: FlowNode | undefined, lang: Language): string {
  if (!node) return "";
  return inLanguage(node.name, lang) || typeName(node.type, lang);
}

export function exitName(node: FlowNode, exit: string, lang: Language): string {
  const t = words(flowWords, lang);
  const [kind, rest = ""] = exit.split(":");
  if (kind === "key") {
    const keys =
      node.type === "menu"
        ? node.choices
        : node.type === "queue"
          ? node.keys
          : ([] as { key: string; name: object }[]);
    const name = inLanguage(keys.find((one) => one.key === rest)?.name, lang);
    return name ? `${rest} ${name}` : `${t("key")} ${rest}`;
  }
  if (kind === "branch") {
    const branch = node.type === "condition" ? node.branches[Number(rest)] : undefined;
    return inLanguage(branch?.name, lang) || t("x.branch", { i: Number(rest) + 1 });
  }
  return said(t, `x.${node.type}.${exit}`) ?? said(t, `x.${exit}`) ?? exit;
}

/** What a count beside the exits means: `hung_up`, `answered` … */
export function countName(key: string, lang: Language): string {
  return said(words(flowWords, lang), `c.${key}`) ?? key;
}

export function fieldName(field: string, lang: Language): string {
  return said(words(flowWords, lang), `f.${field}`) ?? field;
}

function said(t: FlowWords, key: string): string | null {
  return key in flowWords["zh-Hans"] ? (t as (key: string) => string)(key as Key) : null;
}

/** The subjects that conditions may look at, for a chooser; `queues` and `variables` of this flow. */
export function subjects(
  queues: readonly { id: string; name: string }[],
  variables: readonly string[],
  lang: Language,
): { value: string; label: string }[] {
  const t = words(flowWords, lang);
  return [
    ...(
      ["caller.known", "customer.segment", "customer.name", "language", "channel", "now.weekday", "now.time"] as const
    ).map((value) => ({ value, label: t(`s.${value}`) })),
    ...variables.map((name) => ({ value: `variable.${name}`, label: t("s.variable", { name }) })),
    ...queues.flatMap(({ id, name }) =>
      (["waiting", "ewt_s", "open", "ready"] as const).map((figure) => ({
        value: `queue.${id}.${figure}`,
        label: t(`s.${figure}`, { queue: name }),
      })),
    ),
  ];
}
