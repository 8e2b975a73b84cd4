import type { Lang } from "../lang";
import { type Admission, AdmissionError, type Fault } from "./caller";

type Answer = {
  token: string;
  number: string;
  extension: string;
  password: string;
  domain?: string;
  ws: string;
  ice_servers?: RTCIceServer[];
  ice_transport_policy?: RTCIceTransportPolicy;
};

/** Asks the server for one call. Raises AdmissionError in the words of the page. */
export async function admit(number: string, language: Lang): Promise<Admission> {
  let answer: Response;
  try {
    answer = await fetch("/api/public/web-call", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ number, language }),
    });
  } catch {
    throw new AdmissionError("network");
  }
  if (!answer.ok) throw new AdmissionError(faultOf(answer.status));
  const got = (await answer.json()) as Answer;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return {
    number: got.number,
    token: got.token,
    user: got.extension,
    password: got.password,
    domain: got.domain || location.hostname,
    socket: `${scheme}://${location.host}${got.ws}`,
    iceServers: got.ice_servers ?? [],
    iceTransportPolicy: got.ice_transport_policy ?? "all",
  };
}

function faultOf(status: number): Fault {
  if (status === 404 || status === 422) return "unknown_number";
  return status === 429 ? "too_many" : "unavailable";
}
