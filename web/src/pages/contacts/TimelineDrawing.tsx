import { useEffect, useRef, useState } from "react";
import { contacts } from "../../i18n/contacts";
import { duration } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useTimed } from "../../live/clock";
import type { Ms } from "../../live/types";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import type { Contact, Segment } from "./api";
import { useNames } from "./names";
import { PIECE_LOOK, type Piece, pieces, type Stroke, ticks } from "./pieces";

const LABEL = 82; // width of one label
const LINE_Y = 40;
const LABELS_Y = 86;

/** The contact as one line to scale, with a label under each stay. A press on a label shows its words. */
export function TimelineDrawing({
  contact,
  segments,
  at,
  show,
}: {
  contact: Contact;
  segments: readonly Segment[];
  at: Ms | null;
  show: (piece: Piece) => void;
}) {
  const t = useWords(contacts);
  const lang = useLanguage();
  const running = contact.ended === null || contact.busy;
  const now = useTimed((clock) => (running ? Math.floor(clock / 1000) * 1000 : 0));
  const box = useRef<HTMLDivElement>(null);
  const width = Math.max(useWidth(box) - 40, 480);
  const drawn = pieces(segments, now);
  if (drawn.length === 0) return <Empty kind="none">{t("noEvents")}</Empty>;
  const start = contact.arrived;
  const end = Math.max(...drawn.map((one) => one.end), start + 1000);
  const labels = Math.max(width, drawn.length * LABEL);
  const x = (instant: Ms) => ((instant - start) / (end - start)) * width;
  const step = drawn.length > 1 ? Math.min((labels - LABEL) / (drawn.length - 1), 150) : 0;
  return (
    <section className="jt-contacts-way" aria-label={t("way")} ref={box}>
      <div className="jt-contacts-way-scroll">
        <svg
          width={labels}
          height={LABELS_Y}
          role="img"
          aria-label={t("waySaid", { length: duration(end - start, lang), n: drawn.length })}
        >
          {ticks(end - start).map((tick) => (
            <g key={tick}>
              <path d={`M${x(start + tick)} 20v6`} stroke="var(--jt-border-strong)" />
              <text
                x={x(start + tick)}
                y="13"
                className="jt-contacts-tick"
                textAnchor={tick === 0 ? "start" : x(start + tick) > width - 24 ? "end" : "middle"}
              >
                {duration(tick, lang)}
              </text>
            </g>
          ))}
          {drawn.map((one, i) => (
            <g key={one.key} data-state={PIECE_LOOK[one.kind].tone}>
              <PieceLine piece={one} from={x(one.start)} to={x(one.end)} />
              <path
                d={`M${x(one.start) + 1} ${lineY(one) + 6}V${LABELS_Y - 22}L${i * step + 1} ${LABELS_Y - 12}V${LABELS_Y}`}
                fill="none"
                stroke="var(--jt-border-strong)"
              />
            </g>
          ))}
        </svg>
        <ol className="jt-contacts-stays" style={{ width: labels, height: 62 }}>
          {drawn.map((one, i) => (
            <Stay key={one.key} piece={one} left={i * step} on={at === one.start} show={show} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Stay({ piece, left, on, show }: { piece: Piece; left: number; on: boolean; show: (piece: Piece) => void }) {
  const t = useWords(contacts);
  const lang = useLanguage();
  const names = useNames();
  const look = PIECE_LOOK[piece.kind];
  const who = piece.agent ? names.agent(piece.agent) : piece.queue ? names.queue(piece.queue) : "";
  const said = piece.kind === "survey" && piece.score !== null ? t("ofFive", { n: piece.score }) : who;
  return (
    <li style={{ left }} data-state={look.tone}>
      <button type="button" className="jt-bare" aria-pressed={on} onClick={() => show(piece)}>
        <span className="w">
          <Icon name={look.icon} size={14} />
          {t(`piece.${piece.kind}`)}
        </span>
        <span className="d jt-num">
          {duration(piece.end - piece.start, lang)}
          {piece.running ? <span className="jt-note"> {t("running")}</span> : null}
        </span>
        <span className="who jt-clip">{said}</span>
      </button>
    </li>
  );
}

/** Style says the state as well as colour: solid talk, broken hold, dotted waiting and offers, a half line after. */
function PieceLine({ piece, from, to }: { piece: Piece; from: number; to: number }) {
  const stroke: Stroke = PIECE_LOOK[piece.kind].stroke;
  const length = Math.max(to - from, 2);
  const y = lineY(piece);
  const size = stroke === "thin" ? 2 : stroke === "half" ? 4 : 7;
  const dash = stroke === "dotted" ? "3 3" : stroke === "broken" ? "11 5" : undefined;
  return (
    <path d={`M${from} ${y}h${length}`} stroke="var(--c)" strokeWidth={size} strokeDasharray={dash} fill="none" />
  );
}

function lineY(piece: Piece): number {
  return piece.lane === 1 ? LINE_Y + 7 : piece.kind === "wrapup" ? LINE_Y - 2 : LINE_Y;
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(960);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
