import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { flowWords } from "../../i18n/flows";
import { count } from "../../i18n/format";
import type { Language } from "../../i18n/language";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { exits, type FlowNode, ICONS, saying } from "./model";
import { countName, exitName, nodeName } from "./names";

/** One node on the canvas: what it is, what it says, and a row for each exit with how many took it today. */
export type CardData = {
  node: FlowNode;
  start: boolean;
  fault: "error" | "warning" | null;
  badExits: readonly string[];
  counts: Readonly<Record<string, number>> | null; // null: there are none for this version
  changed: boolean;
  walking: boolean; // the test call is here
  language: Language; // of its words
  writable: boolean;
};
export type Card = Node<CardData, "card">;

/** Outcomes that are no exits: those who went away, and those in between. */
const LOSSES = ["hung_up", "abandoned"];
const BESIDE = ["answered", "waiting", "failed", "voicemail", "transferred_out", "callback", "finished"];

export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<Card>) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { node, counts, writable } = data;
  const words = saying(node, data.language);
  const lost = counts ? LOSSES.reduce((sum, key) => sum + (counts[key] ?? 0), 0) : 0;
  const own = exits(node);
  const beside = counts ? BESIDE.filter((key) => !own.includes(key) && (counts[key] ?? 0) > 0) : [];
  const figure = (key: string) => (counts ? count(counts[key] ?? 0, lang) : "");
  return (
    <div
      className="fl-card"
      data-type={node.type}
      data-picked={selected}
      data-walking={data.walking}
      data-fault={data.fault ?? undefined}
    >
      {node.type === "note" ? null : (
        <Handle type="target" position={Position.Left} className="fl-in" isConnectable={writable} />
      )}
      <div className="fl-title">
        <Icon name={ICONS[node.type]} size={14} />
        <span className="jt-clip">{nodeName(node, lang)}</span>
        {data.start ? <Icon name="entry" size={14} label={t("isStart")} /> : null}
        {data.changed ? <span className="fl-new">{t("changed")}</span> : null}
        {data.fault ? (
          <span className="fl-alarm">
            <Icon
              name={data.fault === "error" ? "alarm" : "missed"}
              size={14}
              label={t(data.fault === "error" ? "errorHere" : "warningHere")}
            />
          </span>
        ) : null}
      </div>
      {words ? (
        <p className="fl-words" lang={data.language}>
          {words}
        </p>
      ) : null}
      {own.map((exit) => (
        <div
          key={exit}
          className="fl-exit"
          data-zero={(counts && !counts[exit]) || undefined}
          data-open={!node.next[exit] || data.badExits.includes(exit) || undefined}
        >
          <span className="jt-clip">{exitName(node, exit, lang)}</span>
          {node.next[exit] ? null : <Icon name="alarm" size={14} label={t("unconnected")} />}
          <span className="jt-num">{figure(exit)}</span>
          <Handle type="source" id={exit} position={Position.Right} className="fl-out" isConnectable={writable} />
        </div>
      ))}
      {beside.map((key) => (
        <div key={key} className="fl-exit">
          <span className="jt-clip">{countName(key, lang)}</span>
          <span className="jt-num">{figure(key)}</span>
        </div>
      ))}
      {lost > 0 ? (
        <div className="fl-exit" data-loss>
          <span className="jt-clip">{t("keyLost")}</span>
          <span className="jt-num">{count(lost, lang)}</span>
          <i className="fl-drop" style={{ width: thick(lost) }} />
        </div>
      ) : null}
    </div>
  );
});

/** How wide a line of so many customers is drawn, px: the square root, so that a hundred and ten thousand both show. */
export function thick(customers: number): number {
  return Math.max(1.5, Math.min(10, Math.sqrt(customers) / 6 + 1.5));
}
