/** An announced listing with a published tour of real panoramas, made over the HTTP API. */
import { colourOf } from "../tour/e2e/pattern.ts";
import { png } from "../tour/e2e/png.ts";
import { directionOf } from "../tour/src/geometry/cube.ts";
import type { Server } from "./server.ts";

export interface PublishedTour {
  listing: string;
  version: string;
  scenes: string[];
  /** A request in the court's publisher's name. */
  asPublisher: (method: string, path: string, body?: object) => Promise<Response>;
  publisher: { login: string; password: string };
}

const DAY = 86_400_000;
const ROOMS = ["客厅", "主卧室"] as const;
/** Small, so that an unoptimised program tiles it soon. */
const WIDTH = 1024;

type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;

async function signedIn(server: Server, path: string, body: object): Promise<Ask> {
  const answer = await fetch(`${server.url}/api/v1/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { csrf } = (await answer.json()) as { csrf: string };
  return async (method, to, content, headers = {}) => {
    const raw = content instanceof Uint8Array;
    const reply = await fetch(`${server.url}/api/v1/${to}`, {
      method,
      headers: {
        Cookie: cookie,
        "X-CSRF-Token": csrf,
        ...(raw ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: raw ? new Uint8Array(content) : JSON.stringify(content) }),
    });
    if (!reply.ok) throw new Error(`${method} ${to}: ${reply.status} ${await reply.text()}`);
    return reply;
  };
}

async function member(server: Server, admin: Ask, login: string, roles: string[], tenant?: string) {
  const password = `${login} horse 看房 battery`;
  await admin("POST", "users", { login, password, display_name: login, roles, ...(tenant ? { tenant } : {}) });
  return { ask: await signedIn(server, "session", { login, password }), login, password };
}

/** Every direction has its own colour; taken for a panorama because a person says so. */
async function upload(ask: Ask, listing: string, width: number): Promise<string> {
  const bytes = png(width, width / 2, (x, y) => {
    const [yaw, pitch] = [((x + 0.5) / width - 0.5) * 360, (0.5 - (y + 0.5) / (width / 2)) * 180];
    const [red, green, blue] = colourOf(directionOf(yaw, pitch), 0);
    return (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
  });
  const word = (text: string) => Buffer.from(text).toString("base64");
  const answer = await ask("POST", "uploads", new Uint8Array(bytes), {
    "Tus-Resumable": "1.0.0",
    "Upload-Length": String(bytes.length),
    "Upload-Metadata": `filename ${word("room.png")},filetype ${word("image/png")},listing ${word(listing)}`,
    "Content-Type": "application/offset+octet-stream",
  });
  const asset = answer.headers.get("kanfang-asset");
  await allDone(ask);
  const { probe } = (await (await ask("GET", `assets/${asset}`)).json()) as { probe?: { taken_for?: string } };
  if (probe?.taken_for !== "equirectangular") await ask("PATCH", `assets/${asset}`, { taken_as: "equirectangular" });
  return asset ?? "";
}

async function allDone(ask: Ask): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const { items } = (await (await ask("GET", "jobs")).json()) as { items: { state: string }[] };
    if (items.length > 0 && items.every(({ state }) => state === "done")) return;
    if (items.some(({ state }) => state === "failed")) throw new Error("a job failed");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the jobs take too long");
}

/** `scene` is put into each scene of the tour; `corners`: of a privacy mask on the panorama that all of them show. */
export async function publishedTour(
  server: Server,
  width = WIDTH,
  scene: object = {},
  corners?: readonly (readonly [number, number])[],
): Promise<PublishedTour> {
  const admin = await signedIn(server, "setup", {
    code: server.code,
    court: { name: "北京市西城区人民法院", code: "京0102" },
    admin: { login: "admin", password: "correct horse 看房", display_name: "陈明" },
  });
  const agency = (await (
    await admin("POST", "tenants", { kind: "agency", name: "京华辅助", code: "jinghua" })
  ).json()) as {
    id: string;
  };
  const agent = await member(server, admin, "jigou", ["agency_member"], agency.id);
  const clerk = await member(server, admin, "shuji", ["clerk"]);
  const reviewer = await member(server, admin, "shenhe", ["reviewer"]);
  const publisher = await member(server, admin, "fabu", ["publisher"]);
  const made = await clerk.ask("POST", "listings", {
    title: "西城区广安门外大街 1 号院 2 号楼 301",
    case_number: "（2026）京0102执1234号",
    agency_id: agency.id,
    facts: {
      kind: "residential",
      region: "北京市/西城区",
      address: "西城区广安门外大街1号院2号楼301",
      building: { built_area: 7921, house_type: "两室一厅", floor: 3, total_floors: 6 },
      title: {
        certificate: "京（2015）西城不动产权第0001号",
        mortgage: "有一项抵押，随拍卖消灭",
        seizures: "本院首封",
      },
      occupation: { state: "empty", clearing: "court" },
      lease: { leased: false },
      defects: [{ place: "厨房", text: "墙面渗水", source: "现场调查" }],
      arrears: "unknown",
      taxes: "买卖双方依法各自承担",
      qualification: "须具备北京市购房资格",
      priority: [],
      contacts: { office: "执行局", phones: ["010-83550000"], supervision_phone: "010-83550001" },
      price: { method: "appraisal", amount: 1_080_000_000, fixed_on: day(-20), valid_until: day(340) },
      pictures_taken_on: day(-5),
    },
  });
  const { id: listing } = (await made.json()) as { id: string };
  const asset = await upload(agent.ask, listing, width);
  await allDone(agent.ask);
  const found = (await (await agent.ask("GET", `listings/${listing}/panoramas`)).json()) as { items: { id: string }[] };
  const scenes = ROOMS.map(() => crypto.randomUUID());
  const document = {
    start: scenes[0],
    scenes: ROOMS.map((_, i) => ({
      id: scenes[i],
      panorama: found.items[0]?.id,
      title: ROOMS[i],
      initial_view: { yaw: 0, pitch: 0, hfov: 90 },
      links: [{ target: scenes[1 - i], yaw: 30, pitch: -10 }],
      ...scene,
    })),
  };
  const tour = `listings/${listing}/tour`;
  await agent.ask("PUT", tour, document, { "If-Match": '"0"' });
  if (corners) {
    const mask = { id: crypto.randomUUID(), corners, kind: "paper", note: "", state: "confirmed" };
    await agent.ask("PUT", `assets/${asset}/masks`, { items: [mask] }, { "If-Match": '"0"' });
    await allDone(agent.ask);
    await agent.ask("POST", `${tour}/submit`, {});
    await reviewer.ask("POST", `assets/${asset}/masks/${mask.id}/seen`, {});
  } else {
    await agent.ask("POST", `${tour}/submit`, {});
  }
  await reviewer.ask("POST", `${tour}/approve`, {});
  const { version } = (await (await publisher.ask("POST", `${tour}/publish`, {})).json()) as { version: string };
  const terms = {
    start_price: 756_000_000,
    deposit: 150_000_000,
    increment: 4_000_000,
    opens_at: new Date(Date.now() + 31 * DAY).toISOString(),
    closes_at: new Date(Date.now() + 32 * DAY).toISOString(),
    platform: "taobao",
    item_url: "https://sf-item.example.cn/1",
  };
  const { id: round } = (await (await clerk.ask("POST", `listings/${listing}/rounds`, { terms })).json()) as {
    id: string;
  };
  await clerk.ask("POST", `rounds/${round}/transitions`, { to: "planned", reason: "合议庭评议" });
  const announcement = { to: "announced", reason: "发布公告", document: "拍卖公告（2026）1号" };
  await publisher.ask("POST", `rounds/${round}/transitions`, announcement);
  return { listing, version, scenes, asPublisher: publisher.ask, publisher };
}

function day(from: number): string {
  return new Date(Date.now() + from * DAY).toISOString().slice(0, 10);
}
