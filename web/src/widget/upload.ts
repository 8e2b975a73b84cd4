/** Sends one file; progress needs XMLHttpRequest, since `fetch` does not tell how much of the body has gone. */

import type { WidgetConfig } from "../live/types";

export class UploadFailed extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export type Upload = { done: Promise<string>; abort: () => void };

/** `done` gives the attachment's id; it fails with `UploadFailed`, code `offline` when no answer came. */
export function upload(file: File, token: string, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<string>((resolve, reject) => {
    const body = new FormData();
    body.append("file", file, file.name);
    request.open("POST", "/api/chat/attachments");
    request.setRequestHeader("X-Chat-Token", token);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = request.response as { id?: string; code?: string } | null;
      if (request.status >= 200 && request.status < 300 && answer?.id) resolve(answer.id);
      else reject(new UploadFailed(answer?.code ?? (request.status === 413 ? "file_too_large" : "upload_failed")));
    };
    request.onerror = request.ontimeout = () => reject(new UploadFailed("offline"));
    request.onabort = () => reject(new UploadFailed("aborted"));
    request.send(body);
  });
  return { done, abort: () => request.abort() };
}

/** Why a file cannot be sent, before it is: a code, or null. The server checks the real type again. */
export function objection(
  file: File,
  limits: WidgetConfig["attachments"],
): "file_too_large" | "file_type" | "file_empty" | null {
  if (file.size === 0) return "file_empty";
  if (file.size > limits.max_bytes) return "file_too_large";
  const known =
    limits.types.includes(file.type) || (file.type === "" && limits.types.includes(typeByName(file.name)));
  return known ? null : "file_type";
}

function typeByName(name: string): string {
  const end = name.toLowerCase().split(".").pop() ?? "";
  const types: Record<string, string> = {
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
    webp: "image/webp",
    pdf: "application/pdf",
    txt: "text/plain",
  };
  return types[end] ?? "";
}
