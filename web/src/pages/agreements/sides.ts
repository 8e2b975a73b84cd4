import type { Contract } from "./model";

/** Who decides on an exclusion: the side that is served. A client of ours does; of a partner's work we do. */
export function decidingSide(contract: Pick<Contract, "direction">): Contract["side"] {
  return contract.direction === "client" ? "theirs" : "ours";
}
