import type { ReactNode } from "react";
import type { components } from "../../api/schema";

export type Article = components["schemas"]["ArticleOut"];
export type ArticleVersion = components["schemas"]["VersionOut"];
export type Hit = components["schemas"]["HitOut"];
type Span = { start: number; end: number };

/** A text with the found parts marked. Spans are in UTF-16 units, as strings here are. */
export function Marked({ text, marks }: { text: string; marks: readonly Span[] }) {
  const out: ReactNode[] = [];
  let last = 0;
  for (const { start, end } of marks) {
    out.push(text.slice(last, start), <mark key={start}>{text.slice(start, end)}</mark>);
    last = end;
  }
  out.push(text.slice(last));
  return <>{out}</>;
}

/** Plain text as it is meant: a paragraph per line, and lines that begin with a number as steps. */
export function Body({ text, lang }: { text: string; lang: string }) {
  return (
    <div className="kn-text" lang={lang}>
      {blocks(text).map((block, n) =>
        block.steps ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text have no identity
          <ol key={n} start={block.first}>
            {block.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text have no identity
          <p key={n}>{block.lines[0]}</p>
        ),
      )}
    </div>
  );
}

export type Block = { steps: boolean; first: number; lines: string[] };

export function blocks(text: string): Block[] {
  const out: Block[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (!line) continue;
    const step = /^(\d{1,2})(?:[、)]|\.(?!\d))\s*(.+)$/.exec(line);
    const last = out.at(-1);
    if (!step) out.push({ steps: false, first: 0, lines: [line] });
    else if (last?.steps && Number(step[1]) === last.first + last.lines.length) last.lines.push(step[2] ?? "");
    else out.push({ steps: true, first: Number(step[1]), lines: [step[2] ?? ""] });
  }
  return out;
}
