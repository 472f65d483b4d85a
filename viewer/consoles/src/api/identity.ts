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
  /** Whether a second factor is set up for the account; missing where the server does not say. */
  totp?: boolean;
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
  current: boolean;
}

export interface TokenRow {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  used_at: string | null;
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
  used_bytes?: number;
  embed_hosts?: string[];
  disabled: boolean;
}

export interface User {
  id: string;
  login: string;
  display_name: string;
  tenant: { id: string; name: string; kind: TenantKind } | null;
  roles: Role[];
  disabled: boolean;
  totp?: boolean;
  created_at: string;
}

export interface AuditRow {
  sequence: number;
  at: string;
  actor: { id: string | null; name: string; address: string };
  action: string;
  object: { kind: string; id: string };
  detail: Record<string, unknown>;
  hash: string;
}

export interface AuditVerdict {
  ok: boolean;
  entries: number;
  broken_at: number | null;
  reason: string | null;
}

export const setupNeeded = (): Promise<{ needed: boolean }> => get("setup");
export const setUp = (request: SetupRequest): Promise<unknown> => post("setup", request);

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
export const sessions = (): Promise<Page<SessionRow>> => get("sessions");
export const changePassword = (current: string, next: string): Promise<unknown> =>
  post("me/password", { current, new: next });
export const offerTotp = (): Promise<TotpOffer> => post("me/totp");
export const confirmTotp = (code: string): Promise<{ recovery_codes: string[] }> => post("me/totp/confirm", { code });
export const endTotp = (): Promise<void> => remove("me/totp");

export const tokens = (): Promise<Page<TokenRow>> => get("tokens");
export const makeToken = (request: {
  name: string;
  scopes: string[];
  expires_at: string | null;
}): Promise<{ token: string }> => post("tokens", request);
export const endToken = (id: string): Promise<void> => remove(`tokens/${id}`);

export const tenants = (kind?: TenantKind): Promise<Page<Tenant>> => get("tenants", { kind });
export const addTenant = (tenant: Partial<Tenant>): Promise<Tenant> => post("tenants", tenant);
export const changeTenant = (id: string, change: Partial<Tenant>): Promise<Versioned<Tenant>> =>
  patch(`tenants/${id}`, change);

export const users = (cursor: string | null): Promise<Page<User>> => get("users", { cursor });
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

export const auditLog = (filter: AuditFilter, cursor: string | null): Promise<Page<AuditRow>> =>
  get("audit", { ...filter, cursor });
export const verifyAudit = (): Promise<AuditVerdict> => get("audit/verify");
