/** Court, agency and a listing made over the HTTP API, for tests that are about something else. */
import type { Server } from "./server.ts";

export const AGENT = { login: "jigou", password: "third horse 机构" };
export const REVIEWER = { login: "shenhe", password: "fourth horse 审核" };
const ADMIN = { login: "admin", password: "correct horse 看房" };

interface Session {
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
  const value = (await answer.json()) as T & { csrf?: string };
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? session?.cookie ?? "";
  return [value, { cookie, csrf: value.csrf ?? session?.csrf ?? "" }];
}

/** Sets the site up; answers the id of a listing that the agency may upload to. */
export async function siteWithListing(server: Server): Promise<string> {
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
  await send(server, admin, "users", { ...REVIEWER, display_name: "赵审核", roles: ["reviewer"] });
  const clerk = { login: "shuji", password: "another horse 书记" };
  await send(server, admin, "users", { ...clerk, display_name: "李书记", roles: ["clerk"] });
  const [, desk] = await send(server, undefined, "session", clerk);
  const [listing] = await send<{ id: string }>(server, desk, "listings", {
    title: "测试房屋",
    case_number: "（2026）京0102执1号",
    agency_id: agency.id,
    facts: { kind: "residential", region: "北京市", address: "测试路 1 号" },
  });
  return listing.id;
}
