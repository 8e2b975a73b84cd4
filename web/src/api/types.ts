import type { components } from "./schema";

/** A shape of the server's description, by its name: `Schema<"PopOut">`. A change there fails the type check here. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
