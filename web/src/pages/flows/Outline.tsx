import { Dropdown, Select } from "antd";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { flowWords } from "../../i18n/flows";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import type { Fault } from "./api";
import { added, connected, removed } from "./edit";
import { exits, type Flow, type FlowNode, ICONS, NODE_TYPES, type NodeType, nodeOf, type Point } from "./model";
import { exitName, nodeName, typeName } from "./names";
import { type OutlineExit, type OutlineRow, outlined } from "./outline";
import type { Editor } from "./useEditor";

/**
 * The flow as a tree, for keyboard and screen reader; whatever can be done on the canvas can be done here. One stop
 * for the Tab key: the arrows move, Enter opens what is chosen, Insert adds after it, Delete takes it away.
 */
export function Outline({
  editor,
  flow,
  writable,
  onOpen,
  onNextFault,
}: {
  editor: Editor;
  flow: Flow;
  writable: boolean;
  onOpen: () => void; // the form of the chosen node
  onNextFault: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null); // the row with the caret
  const [editing, setEditing] = useState<string | null>(null); // the exit whose target is being chosen
  const [adding, setAdding] = useState(false);
  const tree = useRef<HTMLDivElement>(null);
  const all = useMemo(() => outlined(flow), [flow]);
  const rows = all.filter((row) => row.kind === "node" || !closed.has(row.node));
  const current = rows.find((row) => row.id === at) ?? rows.find((row) => row.id === editor.selection[0]) ?? rows[0];
  const byNode = useMemo(() => {
    const found = new Map<string, Fault["level"]>();
    for (const fault of flow === editor.flow ? editor.faults : [])
      if (fault.node && found.get(fault.node) !== "error") found.set(fault.node, fault.level);
    return found;
  }, [editor.faults, editor.flow, flow]);

  const only = editor.selection.length === 1 ? editor.selection[0] : undefined;
  useEffect(() => {
    // What is chosen on the canvas is shown here.
    if (!only) return;
    setAt((before) => (before === only || before?.startsWith(`${only}/`) ? before : only));
    tree.current?.querySelector(`[data-row="${CSS.escape(only)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [only]);

  const focus = (row: OutlineRow | undefined) => {
    if (!row) return;
    setAt(row.id);
    editor.select([row.kind === "node" ? row.id : row.node]);
    requestAnimationFrame(() => {
      tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
    });
  };
  const fold = (id: string, shut: boolean) =>
    setClosed((before) => {
      const next = new Set(before);
      shut ? next.add(id) : next.delete(id);
      return next;
    });
  const add = (type: NodeType) => {
    setAdding(false);
    const node = nodeOf(flow, current?.kind === "exit" ? current.node : current?.id);
    const exit = current?.kind === "exit" ? current.exit : node ? freeExit(node) : undefined;
    const place: Point = (node && flow.layout[node.id]) ?? [0, 0];
    const made = added(
      flow,
      type,
      [place[0] + 256, place[1] + 40],
      node && exit && type !== "note" ? { node: node.id, exit } : undefined,
    );
    editor.change("add", () => made.flow, { select: [made.id] });
    setAt(made.id);
    onOpen();
  };
  const remove = () => {
    if (!current) return;
    const i = rows.indexOf(current);
    if (current.kind === "exit") {
      editor.change("connect", (flow) => connected(flow, current.node, current.exit, null));
      return;
    }
    const next =
      rows.slice(i + 1).find((row) => row.kind === "node") ?? rows.slice(0, i).findLast((row) => row.kind === "node");
    editor.change("remove", (flow) => removed(flow, [current.id]));
    focus(next);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || editing !== null || !current) return;
    const i = rows.indexOf(current);
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(rows[i + 1]),
      ArrowUp: () => focus(rows[i - 1]),
      Home: () => focus(rows[0]),
      End: () => focus(rows.at(-1)),
      ArrowRight: () =>
        current.kind === "node" && closed.has(current.id)
          ? fold(current.id, false)
          : focus(current.kind === "exit" ? rows.find((row) => row.id === current.target) : rows[i + 1]),
      ArrowLeft: () =>
        current.kind === "exit" ? focus(rows.find((row) => row.id === current.node)) : fold(current.id, true),
      Enter: () => (current.kind === "exit" && writable ? setEditing(current.id) : onOpen()),
      F8: onNextFault,
      ...(writable ? { Insert: () => setAdding(true), Delete: remove } : {}),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  return (
    <section className="fl-outline" aria-label={t("outline")}>
      <h2 className="fl-h">
        {t("outline")}
        <span className="jt-note">{t("nodesN", { n: flow.nodes.length })}</span>
        <span className="jt-fill" />
        {writable ? (
          <Dropdown
            trigger={["click"]}
            open={adding}
            onOpenChange={(open) => setAdding(open)}
            autoFocus
            menu={{
              items: NODE_TYPES.map((type) => ({
                key: type,
                icon: <Icon name={ICONS[type]} size={14} />,
                label: typeName(type, lang),
              })),
              onClick: ({ key }) => add(key as NodeType),
            }}
          >
            <button type="button" className="jt-iconbtn" aria-label={t("help.insert")} title={t("help.insert")}>
              <Icon name="plus" />
            </button>
          </Dropdown>
        ) : null}
      </h2>
      <div className="fl-tree" role="tree" aria-label={t("outline")} ref={tree} onKeyDown={onKey}>
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            flow={flow}
            tabbed={row === current}
            open={
              row.kind === "node" && exits(nodeOf(flow, row.id) as FlowNode).length > 0
                ? !closed.has(row.id)
                : undefined
            }
            chosen={row.kind === "node" ? editor.selection.includes(row.id) : row.id === at && row.node === only}
            fault={row.kind === "node" ? byNode.get(row.id) : undefined}
            onChoose={() => focus(row)}
            onFocus={() => setAt(row.id)}
            onFold={() => fold(row.id, !closed.has(row.id))}
            onOpen={onOpen}
          />
        ))}
      </div>
      {editing !== null ? (
        <Target
          flow={flow}
          row={rows.find((row): row is OutlineExit => row.kind === "exit" && row.id === editing)}
          onChoose={(row, target) => {
            setEditing(null);
            editor.change("connect", (flow) => connected(flow, row.node, row.exit, target));
            focus(row);
          }}
          onClose={() => {
            const row = rows.find((one) => one.id === editing);
            setEditing(null);
            focus(row);
          }}
        />
      ) : null}
      <dl className="fl-help">
        <dt>{t("help.move")}</dt>
        <dd>
          <kbd>↑</kbd> <kbd>↓</kbd>
        </dd>
        <dt>{t("help.open")}</dt>
        <dd>
          <kbd>Enter</kbd>
        </dd>
        {writable ? (
          <>
            <dt>{t("help.insert")}</dt>
            <dd>
              <kbd>Ins</kbd>
            </dd>
            <dt>{t("help.delete")}</dt>
            <dd>
              <kbd>Del</kbd>
            </dd>
          </>
        ) : null}
        <dt>{t("help.next")}</dt>
        <dd>
          <kbd>F8</kbd>
        </dd>
      </dl>
    </section>
  );
}

const freeExit = (node: FlowNode) => exits(node).find((exit) => !node.next[exit]) ?? exits(node)[0];

function Row({
  row,
  flow,
  tabbed,
  open,
  chosen,
  fault,
  onChoose,
  onFocus,
  onFold,
  onOpen,
}: {
  row: OutlineRow;
  flow: Flow;
  tabbed: boolean;
  open: boolean | undefined; // undefined: nothing to fold
  chosen: boolean;
  fault: Fault["level"] | undefined;
  onChoose: () => void;
  onFocus: () => void;
  onFold: () => void;
  onOpen: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const node = nodeOf(flow, row.kind === "exit" ? row.node : row.id) as FlowNode;
  const target = row.kind === "exit" ? nodeOf(flow, row.target) : undefined;
  const shared = {
    "data-row": row.id,
    "data-on": chosen || undefined,
    "aria-level": row.level,
    "aria-selected": chosen,
    onClick: onChoose,
    onFocus,
  } as const;
  if (row.kind === "exit") {
    const name = exitName(node, row.exit, lang);
    return (
      <div role="treeitem" tabIndex={tabbed ? 0 : -1} {...shared} className="fl-row">
        <span className="fl-no">{row.number}</span>{" "}
        <span className="jt-clip">
          {name}
          <span className="jt-hidden"> {t("leadsToNode")} </span>
          <span className="jt-note">
            <span aria-hidden="true"> → </span>
            {target ? nodeName(target, lang) : t("unconnected")}
          </span>
        </span>
        {target ? null : (
          <span className="fl-alarm">
            <Icon name="alarm" size={14} />
          </span>
        )}
      </div>
    );
  }
  const marks = [
    row.id === flow.start ? t("start") : "",
    row.loose ? t("loose") : "",
    fault ? t(fault === "error" ? "errorHere" : "warningHere") : "",
  ].filter(Boolean);
  return (
    <div
      role="treeitem"
      tabIndex={tabbed ? 0 : -1}
      {...shared}
      className="fl-row"
      data-node
      aria-expanded={open}
      onDoubleClick={onOpen}
    >
      <span className="fl-no">{row.number}</span> <Icon name={ICONS[node.type]} size={14} />
      <span className="jt-clip fl-x">
        {nodeName(node, lang)}
        <span className="jt-hidden"> ({[typeName(node.type, lang), ...marks].join(", ")})</span>
      </span>
      {row.loose ? (
        <span className="jt-note" aria-hidden="true">
          {t("loose")}
        </span>
      ) : null}
      {fault ? (
        <span className="fl-alarm">
          <Icon name={fault === "error" ? "alarm" : "missed"} size={14} />
        </span>
      ) : null}
      {open === undefined ? null : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the arrows fold and unfold
        // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the row says whether it is open
        <span
          className="fl-fold"
          onClick={(event) => {
            event.stopPropagation();
            onFold();
          }}
        >
          <Icon name={open ? "up" : "down"} size={14} />
        </span>
      )}
    </div>
  );
}

/** Where an exit leads, chosen from the nodes; nothing takes the connection away. */
function Target({
  flow,
  row,
  onChoose,
  onClose,
}: {
  flow: Flow;
  row: OutlineExit | undefined;
  onChoose: (row: OutlineExit, target: string | null) => void;
  onClose: () => void;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const node = nodeOf(flow, row?.node);
  if (!row || !node) return null;
  return (
    <div className="fl-target">
      <span className="jt-note">{t("connectTo", { exit: exitName(node, row.exit, lang) })}</span>
      <TargetSelect
        flow={flow}
        label={t("connectTo", { exit: exitName(node, row.exit, lang) })}
        value={row.target}
        onChange={(target) => onChoose(row, target)}
        autoFocus
        onBlur={onClose}
      />
    </div>
  );
}

export function TargetSelect({
  flow,
  label,
  value,
  onChange,
  disabled,
  autoFocus,
  onBlur,
  id,
}: {
  flow: Flow;
  label: string;
  value: string | null | undefined;
  onChange: (target: string | null) => void;
  disabled?: boolean;
  autoFocus?: boolean;
  onBlur?: () => void;
  id?: string;
}) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const numbered = useMemo(() => outlined(flow).filter((row) => row.kind === "node"), [flow]);
  return (
    <Select
      id={id}
      size="small"
      aria-label={label}
      autoFocus={autoFocus}
      defaultOpen={autoFocus}
      onBlur={onBlur}
      disabled={disabled}
      value={value && nodeOf(flow, value) ? value : undefined}
      status={value && nodeOf(flow, value) ? undefined : "error"}
      placeholder={t("unconnected")}
      allowClear
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: "label" }}
      options={numbered
        .filter((row) => nodeOf(flow, row.id)?.type !== "note")
        .map((row) => ({ value: row.id, label: `${row.number} ${nodeName(nodeOf(flow, row.id), lang)}` }))}
      onChange={(next: string | undefined) => onChange(next ?? null)}
    />
  );
}
