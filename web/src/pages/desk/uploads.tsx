import { useEffect, useRef, useState } from "react";
import { http } from "../../api/http";
import { desk as area } from "../../i18n/desk";
import { bytes } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { newKey } from "../../live/connection";
import type { Message } from "../../live/types";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

type Attachment = NonNullable<Message["attachment"]>;
type Upload = { key: string; name: string; size: number; preview: string | null; done: Attachment | null };

/** Files on their way into a reply. The server checks size and real type; what it refuses is told by name. */
export function useUploads(contact: string) {
  const t = useWords(area);
  const lang = useLanguage();
  const [list, setList] = useState<Upload[]>([]);
  const [failures, setFailures] = useState<string[]>([]);
  const stops = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const running = stops.current;
    return () => {
      for (const stop of running.values()) stop.abort();
    };
  }, []);

  const drop = (key: string) => {
    stops.current.get(key)?.abort();
    stops.current.delete(key);
    setList((now) => {
      const gone = now.find((one) => one.key === key);
      if (gone?.preview) URL.revokeObjectURL(gone.preview);
      return now.filter((one) => one.key !== key);
    });
  };
  const add = (files: File[]) => {
    setFailures([]);
    for (const file of files) {
      const key = newKey();
      const stop = new AbortController();
      stops.current.set(key, stop);
      const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
      setList((now) => [...now, { key, name: file.name, size: file.size, preview, done: null }]);
      const form = new FormData();
      form.append("file", file, file.name);
      http.post<Attachment>("/api/attachments", { query: { contact }, body: form, signal: stop.signal }).then(
        (done) => {
          stops.current.delete(key);
          setList((now) => now.map((one) => (one.key === key ? { ...one, done } : one)));
        },
        (error: unknown) => {
          drop(key);
          if (error instanceof DOMException && error.name === "AbortError") return;
          setFailures((now) => [...now, t("uploadFailed", { name: file.name, why: worded(error, lang) })]);
        },
      );
    }
  };
  return {
    list,
    failures,
    add,
    drop,
    clear: () => {
      for (const one of list) drop(one.key);
      setFailures([]);
    },
    busy: list.some((one) => one.done === null),
    ready: list.flatMap((one) => (one.done ? [one.done] : [])),
  };
}

export function Uploads({ uploads }: { uploads: ReturnType<typeof useUploads> }) {
  const t = useWords(area);
  if (uploads.list.length === 0) return null;
  return (
    <ul className="desk-uploads">
      {uploads.list.map((one) => (
        <li key={one.key}>
          {one.preview ? <img src={one.preview} alt="" /> : <Icon name="doc" />}
          <span className="jt-clip">{one.name}</span>
          <span className="jt-note">{one.done ? bytes(one.size) : t("uploading")}</span>
          <IconButton
            icon="close"
            label={t("removeFile", { name: one.name })}
            onClick={() => uploads.drop(one.key)}
          />
        </li>
      ))}
    </ul>
  );
}
