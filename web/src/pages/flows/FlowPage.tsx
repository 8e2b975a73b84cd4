import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";
import { useActions } from "../../app/actions";
import { flowWords } from "../../i18n/flows";
import { type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { type Fault, flows, type StoredFlow, useVersion } from "./api";
import { Banners } from "./Banners";
import { Canvas } from "./Canvas";
import { Checks, sorted } from "./Checks";
import { nodeOf } from "./model";
import { Outline } from "./Outline";
import { Properties } from "./Properties";
import { TestPanel } from "./TestPanel";
import { TopBar } from "./TopBar";
import { useEditor } from "./useEditor";
import { useTestCall, walkedBy } from "./useTestCall";
import { Versions } from "./Versions";
import "./flows.css";

const COUNTS_EVERY_MS = 30_000;

export default function FlowPage() {
  const { id = "" } = useParams();
  const t = useWords(flowWords);
  // Opened once: from then on the editor has the newest of it.
  const opened = useQuery({ queryKey: ["flow", id], queryFn: () => flows.open(id), staleTime: 0, gcTime: 0 });
  if (opened.error)
    return (
      <Empty kind="lost" action={<Button onClick={() => void opened.refetch()}>{t("loadFailed")}</Button>}>
        {worded(opened.error)}
      </Empty>
    );
  return opened.data ? <FlowEditor key={id} opened={opened.data} /> : null;
}

function FlowEditor({ opened }: { opened: StoredFlow }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const may = useMay("flow.write");
  const editor = useEditor(opened, may);
  const test = useTestCall();
  const [testing, setTesting] = useState(false);
  const [versions, setVersions] = useState(false);
  const [viewed, setViewed] = useState<number | null>(null); // a version instead of the draft
  const [chosenSpeech, setSpeech] = useState<Language | null>(null);
  const props = useRef<HTMLElement>(null);
  const { stored } = editor;
  const published = useVersion(opened.id, stored.published);
  const old = useVersion(opened.id, viewed);
  const counts = useQuery({
    queryKey: ["flow-counts", opened.id, viewed ?? stored.published],
    queryFn: () => flows.counts(opened.id, (viewed ?? stored.published) as number),
    enabled: (viewed ?? stored.published) !== null,
    refetchInterval: COUNTS_EVERY_MS,
  });
  const flow = viewed !== null && old.data ? old.data.document : editor.flow;
  const writable = may && viewed === null;
  const speech =
    chosenSpeech && flow.languages.includes(chosenSpeech)
      ? chosenSpeech
      : (flow.languages.find((one) => one === lang) ?? flow.languages[0] ?? lang);
  const call = test.call;
  const walked = useMemo(() => walkedBy(call), [call]);
  const here = call?.answer ? call.answer.node : null;

  const openForm = useCallback(() => {
    requestAnimationFrame(() =>
      props.current
        ?.querySelector<HTMLElement>(
          ".fl-form input:not([type=radio]):not(:disabled), .fl-form textarea:not(:disabled)",
        )
        ?.focus(),
    );
  }, []);
  const jump = useCallback(
    (fault: Fault) => {
      setViewed(null);
      editor.select(fault.node && nodeOf(editor.flow, fault.node) ? [fault.node] : []);
    },
    [editor],
  );
  const lastFault = useRef(-1);
  const nextFault = useCallback(() => {
    const all = sorted(editor.faults);
    if (all.length === 0) return;
    lastFault.current = (lastFault.current + 1) % all.length;
    jump(all[lastFault.current] as Fault);
  }, [editor.faults, jump]);

  useActions([
    {
      id: "flow-undo",
      label: t("undo"),
      group: t("flows"),
      keys: { code: "KeyZ", mod: true },
      enabled: writable,
      run: editor.undo,
    },
    {
      id: "flow-redo",
      label: t("redo"),
      group: t("flows"),
      keys: { code: "KeyZ", mod: true, shift: true },
      enabled: writable,
      run: editor.redo,
    },
    { id: "flow-next-fault", label: t("help.next"), group: t("flows"), keys: { code: "F8" }, run: nextFault },
    { id: "flow-test", label: t("test"), group: t("flows"), run: () => setTesting(true) },
  ]);
  // A field's own undo knows nothing of the flow's: the editor's stands for both.
  useEffect(() => {
    if (call && !testing) test.end();
  }, [call, testing, test]);

  const shared = { editor, flow, speech, setSpeech, writable, counts: counts.data ?? null };
  return (
    <div className="fl-page">
      <TopBar
        editor={editor}
        published={published.data?.document ?? null}
        viewed={viewed}
        setViewed={setViewed}
        onTest={() => setTesting(true)}
        onVersions={() => setVersions(true)}
      />
      <Outline editor={editor} flow={flow} writable={writable} onOpen={openForm} onNextFault={nextFault} />
      <div className="fl-middle">
        <Banners editor={editor} viewed={viewed} onBack={() => setViewed(null)} />
        <Canvas
          {...shared}
          published={viewed === null ? (published.data?.document ?? null) : null}
          walked={walked}
          here={here}
        />
        <div className="fl-dock" data-testing={testing} data-empty={editor.faults.length === 0}>
          <Checks editor={editor} onJump={jump} />
          {testing ? (
            <TestPanel
              flow={flow}
              test={test}
              speech={speech}
              onClose={() => {
                test.end();
                setTesting(false);
              }}
            />
          ) : null}
        </div>
      </div>
      <Properties {...shared} ref={props} />
      {versions ? (
        <Versions
          editor={editor}
          onClose={() => setVersions(false)}
          onView={(version) => {
            setVersions(false);
            setViewed(version);
          }}
        />
      ) : null}
    </div>
  );
}
