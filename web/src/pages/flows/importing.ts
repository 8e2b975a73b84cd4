import type { Flow } from "./model";

/** The flow in a file, as far as its outside shows; the server looks at the rest. Null: it is none. */
export async function imported(file: Blob): Promise<Flow | null> {
  try {
    const read: unknown = JSON.parse(await file.text());
    if (!read || typeof read !== "object") return null;
    const found = read as Partial<Flow>;
    if (found.format !== "flow/v1" || !Array.isArray(found.nodes)) return null;
    if (!found.nodes.every((node) => node && typeof node.id === "string" && typeof node.type === "string"))
      return null;
    return {
      ...(found as Flow),
      layout: found.layout ?? {},
      languages: found.languages ?? ["zh-Hans", "zh-Hant", "en"],
      channels: found.channels ?? ["voice"],
      hosts: found.hosts ?? [],
    };
  } catch {
    return null;
  }
}
