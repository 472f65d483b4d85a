/** Set-up, sign-in, accounts, tenants and the audit log. */
import { ask, get, type Page, patch, post, remove, setCsrf, type Versioned } from "./http.ts";

export const ROLES = [
  "agency_member",
  "clerk",
  "reviewer",
  "publisher",
  "live_director",
  "field_officer",
  "court_admin",
  "auditor",
  "platform_admin",
] as const;
export type Role = (typeof ROLES)[number];
export type TenantKind = "court" | "agency";

export interface Principal {
  id: string;
  display_name: string;
  tenant: { id: string; kind: TenantKind; name: string } | null;
  roles: Role[];
  scopes: string[] | null;
}

export interface Opened {
  principal: Principal;
  csrf: string;
  /** Whether a second factor is set up for the account. */
  totp: boolean;
}

export interface SetupRequest {
  code: string;
  court: { name: string; code: string };
  admin: { login: string; display_name: string; password: string };
}

export interface SessionRow {
  id: string;
  created_at: string;
  seen_at: string;
  address: string;
  agent: string;
}

export interface TokenRow {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
}

export interface TotpOffer {
  secret: string;
  otpauth: string;
  qr_svg: string;
}

export interface Tenant {
  id: string;
  kind: TenantKind;
  name: string;
  code: string;
  quota_bytes: number;
  embed_origins: string[];
  disabled: boolean;
}

export interface User {
  id: string;
  login: string;
  display_name: string;
  tenant_id: string | null;
  roles: Role[];
  second_factor: boolean;
  disabled: boolean;
  created_at: string;
}

export interface AuditRow {
  seq: number;
  at: string;
  actor_id: string | null;
  actor_name: string;
  address: string;
  action: string;
  object_kind: string;
  object_id: string;
  /** JSON as text: exactly what the chain's hash covers. */
  detail: string;
}

export interface AuditVerdict {
  entries: number;
  head: string;
  /** Number of the first entry that does not fit, and why. */
  broken: [number, string] | null;
}

export const setupNeeded = (): Promise<{ needed: boolean }> => get("setup");
/** Makes the first accounts and signs in. */
export const setUp = async (request: SetupRequest): Promise<Opened> => remember(await post<Opened>("setup", request));

export async function currentSession(): Promise<Opened> {
  return remember(await get<Opened>("session"));
}

export async function signIn(login: string, password: string, totp: string): Promise<Opened> {
  return remember(await post<Opened>("session", totp ? { login, password, totp } : { login, password }));
}

function remember(opened: Opened): Opened {
  setCsrf(opened.csrf);
  return opened;
}

export const signOut = (): Promise<void> => remove("session");
export const signOutEverywhere = (): Promise<void> => remove("sessions");
export const sessions = (): Promise<Page<SessionRow> & { here: string | null }> => get("sessions");
/** Ends all sessions, this one too. */
export const changePassword = (password: string, new_password: string): Promise<unknown> =>
  post("me/password", { password, new_password });
export const offerTotp = (password: string): Promise<TotpOffer> => post("me/totp", { password });
export const confirmTotp = (code: string): Promise<{ recovery_codes: string[] }> => post("me/totp/confirm", { code });
export const endTotp = async (password: string): Promise<void> => {
  await ask<void>("DELETE", "me/totp", { body: { password } });
};

export const tokens = (): Promise<Page<TokenRow> & { scopes: string[] }> => get("tokens");
export const makeToken = (request: {
  name: string;
  scopes: string[];
  expires_at: string | null;
}): Promise<{ token: string }> => post("tokens", request);
export const endToken = (id: string): Promise<void> => remove(`tokens/${id}`);

export async function tenants(kind?: TenantKind): Promise<Page<Tenant>> {
  const page = await get<Page<Tenant>>("tenants");
  return kind ? { ...page, items: page.items.filter((tenant) => tenant.kind === kind) } : page;
}
export const addTenant = (tenant: Partial<Tenant>): Promise<Tenant> => post("tenants", tenant);
export const changeTenant = (id: string, change: Partial<Tenant>): Promise<Versioned<Tenant>> =>
  patch(`tenants/${id}`, change);

export const users = (tenant: string | null, cursor: string | number | null): Promise<Page<User>> =>
  get("users", { tenant, cursor });
export const addUser = (user: Record<string, unknown>): Promise<User> => post("users", user);
export const changeUser = (id: string, change: Record<string, unknown>): Promise<Versioned<User>> =>
  patch(`users/${id}`, change);
export const signOutUser = async (id: string): Promise<void> => {
  await ask<void>("DELETE", `users/${id}/sessions`);
};

export interface AuditFilter {
  actor?: string;
  action?: string;
  object?: string;
  from?: string | null;
  to?: string | null;
}

export const auditLog = (filter: AuditFilter, cursor: string | number | null): Promise<Page<AuditRow>> =>
  get("audit", { ...filter, cursor });
export const verifyAudit = (): Promise<AuditVerdict> => get("audit/verify");
