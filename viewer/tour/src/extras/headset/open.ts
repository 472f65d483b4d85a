/** What is loaded when somebody puts a headset on, with its texts. */
import catalogue from "virtual:messages/tour-headset";
import { translator } from "@kanfang/shared/messages.ts";
import type { Host } from "../host.ts";
import { Headset } from "./headset.ts";
import type { XrSession } from "./xr.ts";

export function open(session: XrSession, host: Host): Promise<Headset> {
  return Headset.into(session, host, translator(catalogue, host.language));
}
