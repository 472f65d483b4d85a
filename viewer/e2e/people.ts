/** Court, agency and a listing made over the HTTP API, for tests that are about something else. */
import type { Server } from "./server.ts";

export const AGENT = { login: "jigou", password: "third horse 机构" };
export const REVIEWER = { login: "shenhe", password: "fourth horse 审核" };
export const PUBLISHER = { login: "fabu", password: "fifth horse 发布" };
export const ADMIN = { login: "admin", password: "correct horse 看房" };

export interface Session {
  cookie: string;
  csrf: string;
}

async function send<T>(
  server: Server,
  session: Session | undefined,
  path: string,
  body: object,
): Promise<[T, Session]> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (session) Object.assign(headers, { Cookie: session.cookie, "X-CSRF-Token": session.csrf });
  const answer = await fetch(`${server.url}/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const value = JSON.parse((await answer.text()) || "{}") as T & { csrf?: string };
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? session?.cookie ?? "";
  return [value, { cookie, csrf: value.csrf ?? session?.csrf ?? "" }];
}

/** What a person does without a browser: a request with their session. */
export async function act<T>(
  server: Server,
  person: { login: string; password: string },
  path: string,
  body: object,
): Promise<T> {
  const [, session] = await send(server, undefined, "session", { login: person.login, password: person.password });
  const [value] = await send<T>(server, session, path, body);
  return value;
}

/** Opens, watches and hears everything that a listing's tour shows, as the reviewer does on the desk. */
export async function lookAtAll(server: Server, listing: string): Promise<void> {
  const [, session] = await send(server, undefined, "session", REVIEWER);
  const tour = `listings/${listing}/tour`;
  const answer = await fetch(`${server.url}/api/v1/${tour}/shown`, { headers: { Cookie: session.cookie } });
  const { items } = (await answer.json()) as { items: { asset: string; shown: string }[] };
  for (const { asset, shown } of items) await send(server, session, `${tour}/shown/${asset}/seen`, { shown });
}

const CLERK = { login: "shuji", password: "another horse 书记" };

/** What must be stated on the day of announcement (网拍规定 13, 14). */
const FACTS = {
  kind: "residential",
  region: "北京市",
  address: "测试路 1 号",
  title: {
    certificate: "京（2016）测试不动产权第0000001号",
    ownership: "单独所有",
    mortgage: "无",
    seizures: "本院首封",
  },
  occupation: { state: "debtor", clearing: "court" },
  lease: { leased: false },
  defects: [{ place: "次卧", text: "东北角墙面有水渍，成因未查明。", source: "现场勘查", found_on: "2026-09-18" }],
  price: { method: "online_enquiry", amount: 542_000_000, fixed_on: "2026-08-20", valid_until: "2027-08-19" },
  contacts: { office: "执行局", phones: ["010-00000000"], supervision_phone: "010-00000001" },
  priority: [],
  arrears: "unknown",
  qualification: "竞买人须具备购买资格。",
  taxes: "税费依照相关法律、行政法规的规定，由相应主体承担。",
};

/** A site with its people and a listing that the agency may upload to. */
export interface Site {
  listing: string;
  admin: Session;
  clerk: Session;
}

/** Sets the site up. */
export async function siteWithListing(server: Server): Promise<Site> {
  const court = { name: "北京市西城区人民法院", code: "京0102" };
  const [, admin] = await send(server, undefined, "setup", {
    code: server.code,
    court,
    admin: { ...ADMIN, display_name: "陈明" },
  });
  const [agency] = await send<{ id: string }>(server, admin, "tenants", {
    kind: "agency",
    name: "京华辅助",
    code: "jinghua",
  });
  await send(server, admin, "users", {
    ...AGENT,
    tenant: agency.id,
    display_name: "王摄影",
    roles: ["agency_member"],
  });
  for (const [person, name, role] of [
    [REVIEWER, "周审核", "reviewer"],
    [PUBLISHER, "吴发布", "publisher"],
  ] as const)
    await send(server, admin, "users", { ...person, display_name: name, roles: [role] });
  await send(server, admin, "users", { ...CLERK, display_name: "李书记", roles: ["clerk"] });
  const [, clerk] = await send(server, undefined, "session", CLERK);
  const [listing] = await send<{ id: string }>(server, clerk, "listings", {
    title: "测试房屋",
    case_number: "（2026）京0102执1号",
    agency_id: agency.id,
    facts: FACTS,
  });
  return { listing: listing.id, admin, clerk };
}

/** Plans the first round and announces it: from then on the public sees the listing. */
export async function announced(server: Server, site: Site): Promise<void> {
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const terms = {
    start_price: 379_400_000,
    deposit: 37_940_000,
    increment: 2_000_000,
    platform: "jd",
    opens_at: inDays(40),
    closes_at: inDays(41.5),
  };
  const [round] = await send<{ id: string }>(server, site.clerk, `listings/${site.listing}/rounds`, {
    kind: "first",
    terms,
  });
  const step = `rounds/${round.id}/transitions`;
  await send(server, site.clerk, step, { to: "planned", reason: "合议庭评议" });
  const [, publisher] = await send(server, undefined, "session", PUBLISHER);
  await send(server, publisher, step, { to: "announced", reason: "发布拍卖公告", document: "（2026）京0102执1号公告" });
}
