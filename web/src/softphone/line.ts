/**
 * One SIP line to the switch, over WebSocket, with audio by WebRTC: the port, and JsSIP behind it. JsSIP is loaded
 * only when a line is opened. No React here: the staff's softphone and the customer's call page both stand on it.
 */

import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";

export type LineConfig = {
  /** WebSocket that carries SIP, absolute. */
  socket: string;
  user: string;
  password: string;
  /** Host part of our SIP address; the switch does not look at it. */
  domain: string;
  name?: string;
  /** False: only for calling out, without registering. */
  register: boolean;
  iceServers: RTCIceServer[];
  /** `relay`: audio only through TURN. */
  iceTransportPolicy?: RTCIceTransportPolicy;
};

export type LineEvents = {
  /** Can be rung, or (without registering) can call. */
  up: () => void;
  /** The connection is lost; it is sought again by itself. */
  down: () => void;
  /** The switch refuses us, with its SIP status: the password has run out, or the extension is gone. */
  refused: (status: number) => void;
  call: (call: Call) => void;
};

export type CallEvents = {
  /** The other side rings. */
  ringing?: () => void;
  answered?: () => void;
  /** What the other side says, to be played. */
  audio?: (stream: MediaStream) => void;
  /** Over, whoever ended it. */
  ended?: (why: CallEnd) => void;
};

/** `status`: of SIP where the call did not come about. */
export type CallEnd = { by: "us" | "them" | "system"; cause: string; status: number | null };

export type Call = {
  id: string;
  incoming: boolean;
  /** Number or name that calls, as the switch presents it. */
  from: string;
  /** The switch asks us to take it without asking (click to dial, a supervisor who listens). */
  autoAnswer: boolean;
  header: (name: string) => string | null;
  follow: (events: CallEvents) => void;
  /** Takes an incoming call with this audio. */
  answer: (audio: MediaStream) => void;
  reject: (status?: number) => void;
  hangUp: () => void;
  mute: (muted: boolean) => void;
  digits: (digits: string) => void;
  /** Another microphone in the middle of the call. */
  replaceAudio: (track: MediaStreamTrack) => Promise<void>;
  /** What the other side sends, for a level meter; null before the answer. */
  peer: () => RTCPeerConnection | null;
};

export type Line = {
  call: (number: string, audio: MediaStream, events: CallEvents, headers?: string[]) => Call;
  close: () => void;
};

export type OpenLine = (config: LineConfig, events: LineEvents) => Promise<Line>;

/** Candidates are gathered no longer than this: a TURN server that does not answer shall not delay an answer. */
const GATHER_MS = 700;

export const openLine: OpenLine = async (config, events) => {
  const { UA, WebSocketInterface } = await import("jssip");
  const ua = new UA({
    sockets: new WebSocketInterface(config.socket),
    uri: `sip:${config.user}@${config.domain}`,
    password: config.password,
    authorization_user: config.user,
    display_name: config.name,
    register: config.register,
    register_expires: 120,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 10,
    session_timers: false,
    user_agent: "Jietong",
  });
  ua.on("connected", () => {
    if (!config.register) events.up();
  });
  ua.on("registered", () => events.up());
  ua.on("disconnected", () => events.down());
  ua.on("unregistered", () => events.down());
  ua.on("registrationFailed", (event: { response?: { status_code: number } | null }) => {
    const status = event.response?.status_code ?? 0;
    if (status === 401 || status === 403 || status === 404) events.refused(status);
    else events.down();
  });
  ua.on("newRTCSession", (event: { originator: string; session: RTCSession; request: Request }) => {
    if (event.originator === "remote") events.call(callOf(event.session, event.request, config));
  });
  ua.start();
  return {
    call: (number, audio, follow, headers = []) => callOut(ua, config, number, audio, follow, headers),
    close: () => ua.stop(),
  };
};

type Request = { from: { display_name?: string; uri: { user?: string } }; getHeader: (name: string) => string };

function callOut(
  ua: UA,
  config: LineConfig,
  number: string,
  audio: MediaStream,
  events: CallEvents,
  headers: string[],
): Call {
  const session = ua.call(`sip:${encodeURIComponent(number)}@${config.domain}`, {
    mediaStream: audio,
    mediaConstraints: { audio: true, video: false },
    pcConfig: peerConfig(config),
    extraHeaders: headers,
  });
  const call = callOf(session, null, config);
  call.follow(events);
  // Calling out, the connection is made before anybody could listen for it.
  if (session.connection) watchAudio(session.connection, events);
  return call;
}

function callOf(session: RTCSession, request: Request | null, config: LineConfig): Call {
  session.on("icecandidate", hurried());
  return {
    id: session.id,
    incoming: session.direction === "incoming",
    from: request?.from.display_name || request?.from.uri.user || "",
    autoAnswer: request !== null && wantsAutoAnswer((name) => request.getHeader(name) ?? null),
    header: (name) => request?.getHeader(name) ?? null,
    follow: (events) => follow(session, events),
    answer: (audio) =>
      session.answer({
        mediaStream: audio,
        mediaConstraints: { audio: true, video: false },
        pcConfig: peerConfig(config),
      }),
    reject: (status = 603) => {
      if (!session.isEnded()) session.terminate({ status_code: status });
    },
    hangUp: () => {
      if (!session.isEnded()) session.terminate();
    },
    mute: (muted) => (muted ? session.mute({ audio: true }) : session.unmute({ audio: true })),
    digits: (digits) => session.sendDTMF(digits, { duration: 120, interToneGap: 80, transportType: RFC4733 }),
    replaceAudio: async (track) => {
      const sender = session.connection?.getSenders().find((one) => one.track === null || one.track.kind === "audio");
      if (session.isMuted().audio) track.enabled = false;
      await sender?.replaceTrack(track);
    },
    peer: () => session.connection ?? null,
  };
}

/** `DTMF_TRANSPORT.RFC2833` of JsSIP, whose enum exists at run time only once the library is loaded. */
const RFC4733 = "RFC2833" as never;

function peerConfig(config: LineConfig): RTCConfiguration {
  return {
    iceServers: config.iceServers,
    iceTransportPolicy: config.iceTransportPolicy ?? "all",
    rtcpMuxPolicy: "require",
  };
}

/** Both ways in which switches ask for it (RFC 5373's Answer-Mode, and the older Alert-Info and Call-Info). */
export function wantsAutoAnswer(header: (name: string) => string | null): boolean {
  if (/^\s*auto\b/i.test(header("Answer-Mode") ?? "") || /^\s*auto\b/i.test(header("Priv-Answer-Mode") ?? ""))
    return true;
  if (/auto-?answer|ring-?answer/i.test(header("Alert-Info") ?? "")) return true;
  return /answer-after\s*=\s*0/i.test(header("Call-Info") ?? "");
}

function follow(session: RTCSession, events: CallEvents): void {
  session.on("progress", () => events.ringing?.());
  session.on("accepted", () => events.answered?.());
  session.on("peerconnection", ({ peerconnection }) => watchAudio(peerconnection, events));
  const over = (event: { originator: string; cause: string; message?: unknown }) => {
    const message = event.message as { status_code?: number } | null | undefined;
    events.ended?.({
      by: event.originator === "local" ? "us" : event.originator === "remote" ? "them" : "system",
      cause: event.cause,
      status: message?.status_code ?? null,
    });
  };
  session.on("ended", over);
  session.on("failed", over);
}

function watchAudio(peer: RTCPeerConnection, events: CallEvents): void {
  peer.addEventListener("track", (event) => {
    if (event.track.kind === "audio") events.audio?.(event.streams[0] ?? new MediaStream([event.track]));
  });
}

/** Ends the gathering of candidates in time. */
function hurried(): (event: { candidate: RTCIceCandidate; ready: () => void }) => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  return ({ ready }) => {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      ready();
    }, GATHER_MS);
  };
}
