import {
  applyEdgeChanges,
  applyNodeChanges,
  type Connection,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { Dropdown, Select } from "antd";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flowWords } from "../../i18n/flows";
import { count, instant } from "../../i18n/format";
import { LANGUAGE_NAMES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useTheme } from "../../ui/theme";
import type { Counts } from "./api";
import { cards, lines, type Seen } from "./drawing";
import { added, connected, moved, removed } from "./edit";
import { FlowLine, type Line } from "./Line";
import { arranged, WIDTH } from "./layout";
import { exits, type Flow, ICONS, NODE_TYPES, type NodeType, nodeOf, type Point } from "./model";
import { type Card, NodeCard } from "./NodeCard";
import { typeName } from "./names";
import type { Editor } from "./useEditor";

const NODES = { card: NodeCard };
const LINES = { line: FlowLine };
const DRAGGED = "application/x-jietong-node";

/** The flow as a graph: drag, connect, choose, delete; in a rail above, undo, zoom, arranging and new nodes. */
export function Canvas(props: {
  editor: Editor;
  flow: Flow; // shown: the draft, or a version
  published: Flow | null;
  counts: Counts | null;
  walked: Seen["walked"];
  here: string | null;
  speech: Language;
  setSpeech: (language: Language) => void;
  writable: boolean;
}) {
  return (
    <ReactFlowProvider>
      <Board {...props} />
    </ReactFlowProvider>
  );
}

function Board({
  editor,
  flow,
  published,
  counts,
  walked,
  here,
  speech,
  setSpeech,
  writable,
}: Parameters<typeof Canvas>[0]) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const { mode } = useTheme();
  const board = useReactFlow<Card, Line>();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set()); // lines
  const [drawn, setDrawn] = useState<Card[]>([]);
  const frame = useRef<HTMLDivElement>(null);
  const faults = flow === editor.flow ? editor.faults : NONE;
  const seen = useMemo<Seen>(
    () => ({ flow, published, faults, counts, selection: editor.selection, walked, here, speech, lang, writable }),
    [flow, published, faults, counts, editor.selection, walked, here, speech, lang, writable],
  );
  useEffect(() => setDrawn((before) => cards(seen, before)), [seen]);
  const edges = useMemo(() => lines(seen, picked), [seen, picked]);

  const onNodesChange = (changes: NodeChange<Card>[]) => {
    const choice = changes.filter((one) => one.type === "select");
    if (choice.length) {
      const now = new Set(editor.selection);
      for (const one of choice) one.selected ? now.add(one.id) : now.delete(one.id);
      editor.select([...now]);
    }
    // Arrow keys move without dragging: what they did is a change at once.
    const placed = changes.filter((one) => one.type === "position" && one.dragging === false && one.position);
    const nudged = Object.fromEntries(
      placed.flatMap((one): [string, Point][] =>
        one.type === "position" && one.position && !drawn.find((card) => card.id === one.id)?.dragging
          ? [[one.id, [one.position.x, one.position.y]]]
          : [],
      ),
    );
    setDrawn((before) =>
      applyNodeChanges(
        changes.filter((one) => one.type === "position" || one.type === "dimensions"),
        before,
      ),
    );
    if (Object.keys(nudged).length) editor.change("move", (flow) => moved(flow, nudged), { group: "nudge" });
  };
  const onDragStop = (_: unknown, __: Card, dragged: Card[]) =>
    editor.change("move", (flow) =>
      moved(flow, Object.fromEntries(dragged.map((card) => [card.id, [card.position.x, card.position.y]]))),
    );
  const onEdgesChange = (changes: EdgeChange<Line>[]) => {
    const next = applyEdgeChanges(
      changes.filter((one) => one.type === "select"),
      edges,
    );
    setPicked(new Set(next.filter((edge) => edge.selected).map((edge) => edge.id)));
  };
  /** The keys are the canvas's own: pressed in the form or the outline they mean something else. */
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (!writable || !DELETES.includes(event.key) || !(event.target as Element).closest(".react-flow")) return;
    const nodes = editor.selection;
    const gone = lines(seen, picked).filter((line) => line.selected);
    if (nodes.length + gone.length === 0) return;
    event.preventDefault();
    editor.change("remove", (flow) => {
      const cut = gone.reduce((now, line) => connected(now, line.source, line.sourceHandle ?? "", null), flow);
      return nodes.length ? removed(cut, nodes) : cut;
    });
  };
  const onConnect = ({ source, sourceHandle, target }: Connection) =>
    editor.change("connect", (flow) => connected(flow, source, sourceHandle ?? "", target));
  const mayConnect = (way: Connection | Line) => nodeOf(flow, way.target)?.type !== "note";

  const centre = useCallback((): Point => {
    const box = frame.current?.getBoundingClientRect();
    const at = board.screenToFlowPosition({
      x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
      y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
    });
    return [at.x - WIDTH / 2, at.y - 40];
  }, [board]);
  /** After the chosen node where there is one with a free exit, else in the middle. */
  const add = (type: NodeType, at?: Point) => {
    const chosen = editor.chosen;
    const exit = chosen && !at && type !== "note" ? exits(chosen).find((one) => !chosen.next[one]) : undefined;
    const place = chosen ? editor.flow.layout[chosen.id] : undefined;
    const where: Point = at ?? (place ? [place[0] + WIDTH + 72, place[1]] : centre());
    const made = added(editor.flow, type, where, chosen && exit ? { node: chosen.id, exit } : undefined);
    editor.change("add", () => made.flow, { select: [made.id] });
  };
  const onDrop = (event: React.DragEvent) => {
    const type = event.dataTransfer.getData(DRAGGED) as NodeType;
    if (!NODE_TYPES.includes(type)) return;
    event.preventDefault();
    const at = board.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    add(type, [at.x - WIDTH / 2, at.y - 20]);
  };

  // What is chosen in the outline or reached by the test call comes into sight.
  const wanted = here ?? (editor.selection.length === 1 ? editor.selection[0] : null);
  useEffect(() => {
    const node = wanted ? board.getInternalNode(wanted) : undefined;
    const box = frame.current?.getBoundingClientRect();
    if (!node || !box) return;
    const zoom = board.getZoom();
    const { x, y } = board.flowToScreenPosition(node.internals.positionAbsolute);
    const wide = (node.measured.width ?? WIDTH) * zoom;
    const high = (node.measured.height ?? 80) * zoom;
    if (x >= box.left && y >= box.top + 44 && x + wide <= box.right && y + high <= box.bottom) return;
    const { x: left, y: top } = node.internals.positionAbsolute;
    void board.setCenter(left + (node.measured.width ?? WIDTH) / 2, top + (node.measured.height ?? 80) / 2, {
      zoom,
      duration: 0,
    });
  }, [wanted, board]);

  /** All of it where it can be read as a whole, else its beginning in a size that can be. */
  const begin = () => {
    const box = frame.current?.getBoundingClientRect();
    const whole = board.getNodesBounds(board.getNodes());
    if (!box || whole.width === 0) return;
    const zoom = Math.min(1, (box.width - 48) / whole.width, (box.height - 110) / whole.height);
    if (zoom >= READABLE) {
      void board.fitView(FIT);
      return;
    }
    const start = board.getNode(flow.start)?.position ?? whole;
    const { x, y } = start;
    const top = Math.max(whole.y, y - (box.height / READABLE) * 0.3);
    void board.setViewport({ x: 24 - x * READABLE, y: 56 - top * READABLE, zoom: READABLE });
  };

  return (
    <section className="fl-canvas" aria-label={t("graph")} ref={frame} onKeyDown={onKey}>
      <ReactFlow<Card, Line>
        nodes={drawn}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={LINES}
        colorMode={mode}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={(event, dragged) => onDragStop(event, dragged[0] as Card, dragged)}
        onConnect={onConnect}
        onReconnect={(old, way) =>
          editor.change("connect", (flow) =>
            connected(
              old.source === way.source && old.sourceHandle === way.sourceHandle
                ? flow
                : connected(flow, old.source, old.sourceHandle ?? "", null),
              way.source,
              way.sourceHandle ?? "",
              way.target,
            ),
          )
        }
        isValidConnection={mayConnect}
        onDragOver={(event) => event.preventDefault()}
        onDrop={onDrop}
        nodesDraggable={writable}
        nodesConnectable={writable}
        edgesReconnectable={writable}
        edgesFocusable={false}
        deleteKeyCode={null}
        multiSelectionKeyCode={MULTI}
        selectionKeyCode="Shift"
        minZoom={0.25}
        maxZoom={1.5}
        onInit={() => requestAnimationFrame(begin)}
        proOptions={PLAIN}
        ariaLabelConfig={{ "node.a11yDescription.default": t("graphHint"), "minimap.ariaLabel": t("minimap") }}
      >
        <MiniMap
          pannable
          position="bottom-right"
          nodeColor="var(--jt-border-strong)"
          nodeStrokeColor="transparent"
          maskColor="var(--fl-mask)"
          bgColor="var(--jt-surface)"
          style={{ width: 140, height: 84 }}
        />
      </ReactFlow>
      <div className="fl-rail">
        <span className="fl-group">
          <IconButton
            icon="undo"
            label={editor.undoes ? t("undoWhat", { what: did(t, editor.undoes) }) : t("undo")}
            disabled={!editor.undoes || !writable}
            onClick={editor.undo}
          />
          <IconButton
            icon="redo"
            label={editor.redoes ? t("redoWhat", { what: did(t, editor.redoes) }) : t("redo")}
            disabled={!editor.redoes || !writable}
            onClick={editor.redo}
          />
        </span>
        <span className="fl-group">
          <IconButton icon="minus" label={t("zoomOut")} onClick={() => void board.zoomOut()} />
          <Zoom />
          <IconButton icon="plus" label={t("zoomIn")} onClick={() => void board.zoomIn()} />
          <IconButton icon="screen" label={t("fit")} onClick={() => void board.fitView(FIT)} />
        </span>
        {writable ? (
          <>
            <Palette add={add} />
            <button
              type="button"
              className="jt-btn"
              onClick={() => {
                editor.change("arrange", (flow) => moved(flow, arranged(flow)));
                requestAnimationFrame(() => requestAnimationFrame(begin));
              }}
            >
              <Icon name="sort" />
              {t("arrange")}
            </button>
          </>
        ) : null}
        <Select
          size="small"
          aria-label={t("promptsIn")}
          value={speech}
          onChange={setSpeech}
          options={flow.languages.map((one) => ({ value: one, label: LANGUAGE_NAMES[one].long }))}
          popupMatchSelectWidth={false}
        />
      </div>
      <Legend counts={counts} walked={walked.length > 0} />
    </section>
  );
}

const READABLE = 0.85; // smaller is for an overview
const NONE: Editor["faults"] = [];
const DELETES = ["Delete", "Backspace"];
const MULTI = ["Meta", "Control"];
const FIT = { padding: { top: "56px", right: "24px", bottom: "40px", left: "24px" }, maxZoom: 1 } as const;
const PLAIN = { hideAttribution: true };

type T = ReturnType<typeof useWords<(typeof flowWords)["zh-Hans"]>>;
function did(t: T, what: string): string {
  return (t as (key: string) => string)(`did.${what}`);
}

function Zoom() {
  const zoom = useStore((state) => state.transform[2]);
  return <span className="jt-num fl-zoom">{Math.round(zoom * 100)} %</span>;
}

function Palette({ add }: { add: (type: NodeType) => void }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const [open, setOpen] = useState(false);
  const choose = (type: NodeType) => {
    setOpen(false);
    add(type);
  };
  return (
    <Dropdown
      trigger={["click"]}
      open={open}
      onOpenChange={setOpen}
      popupRender={(): ReactNode => (
        <div className="fl-palette">
          <p className="jt-note">{t("dragHint")}</p>
          <ul>
            {NODE_TYPES.map((type) => (
              <li key={type}>
                <button
                  type="button"
                  className="jt-bare"
                  draggable
                  onDragStart={(event) => {
                    event.dataTransfer.setData(DRAGGED, type);
                    event.dataTransfer.effectAllowed = "copy";
                  }}
                  onDragEnd={() => setOpen(false)}
                  onClick={() => choose(type)}
                >
                  <Icon name={ICONS[type]} size={14} />
                  {typeName(type, lang)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    >
      <button type="button" className="jt-btn" aria-haspopup="true" aria-expanded={open} title={t("addNodeTitle")}>
        <Icon name="plus" />
        {t("addNode")}
      </button>
    </Dropdown>
  );
}

function Legend({ counts, walked }: { counts: Counts | null; walked: boolean }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  return (
    <div className="fl-legend">
      {counts ? (
        <span>
          {counts.entered > 0 && counts.since !== null
            ? t("today", { at: instant(counts.since, "clock", lang), v: counts.version })
            : t("noCounts", { v: counts.version })}
        </span>
      ) : null}
      {counts && counts.entered > 0 ? (
        <>
          <span className="jt-num">{t("enteredN", { n: count(counts.entered, lang) })}</span>
          <span>
            <i className="fl-key-width" />
            {t("keyWidth")}
          </span>
          <span>
            <i className="fl-key-loss" />
            {t("keyLost")}
          </span>
        </>
      ) : null}
      {walked ? (
        <span>
          <i className="fl-key-walked" />
          {t("keyWalked")}
        </span>
      ) : null}
    </div>
  );
}
