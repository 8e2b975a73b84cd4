import type { ClientFrame } from "../live/types";

/** The far end of a WebSocket, played by a test: opens at once, notes what is sent, says what the test says. */
export class ScriptedSocket {
  static readonly opened: ScriptedSocket[] = [];
  readyState: number = WebSocket.OPEN;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: ClientFrame[] = [];

  constructor(readonly url: string) {
    ScriptedSocket.opened.push(this);
  }

  static last(): ScriptedSocket {
    const one = ScriptedSocket.opened.at(-1);
    if (!one) throw new Error("no socket was opened");
    return one;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }
  break(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code } as CloseEvent);
  }
}

export const openScripted = (url: string) => new ScriptedSocket(url) as unknown as WebSocket;
