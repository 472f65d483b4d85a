/** The real server on a free port with an empty data folder, and a real Chromium in front of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";

export const BINARY = process.env.E2E_BINARY ?? fileURLToPath(new URL("../../target/debug/kanfang", import.meta.url));
export const hasBinary = existsSync(BINARY);

export interface Server {
  url: string;
  /** The one-time code of the first set-up. */
  code: string;
  stop: () => Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** `settings`: further `KANFANG_…` variables. */
export async function startServer(settings: Record<string, string> = {}): Promise<Server> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), "kanfang-e2e-"))];
  const child = spawn(BINARY, ["serve"], {
    cwd: folder,
    env: {
      ...ownEnvironment(),
      KANFANG_DATA: join(folder, "data"),
      KANFANG_SERVER__BIND: `127.0.0.1:${port}`,
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = `http://127.0.0.1:${port}`;
  const code = await codeFrom(child);
  await answering(`${url}/healthz`);
  return {
    url,
    code,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill("SIGTERM");
      }),
  };
}

/** Without settings that the caller may have for another server. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KANFANG_")));
}

function codeFrom(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const code = /set-up code ([0-9a-z]{26})/.exec(said)?.[1];
      if (code) resolve(code);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const fine = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (fine) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer`);
}

/** A page of its own context; what the page complains about is gathered. */
export async function newPage(
  browser: Browser,
  width = 1440,
  height = 900,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, locale: "zh-CN", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    // Refused requests are part of the tests; they are answered with a problem on the page.
    if (message.type() === "error" && !text.includes("Failed to load resource")) complaints.push(text);
  });
  return { page, complaints };
}

export async function signIn(page: Page, url: string, login: string, password: string): Promise<void> {
  await page.goto(`${url}/console`);
  await page.getByLabel("登录名").fill(login);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.locator(".shell").waitFor();
}

/** The panoramas of a listing that are made by now. */
export async function panoramasOf<T = unknown>(page: Page, url: string, listing: string): Promise<T[]> {
  const answer = await page.request.get(`${url}/api/v1/listings/${listing}/panoramas`);
  return ((await answer.json()) as { items: T[] }).items;
}

/** Saves a picture where `E2E_SHOTS` names a folder. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.E2E_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Keeps the bytes of a picture where `E2E_SHOTS` names a folder. */
export function keepShot(name: string, bytes: Buffer): void {
  const folder = process.env.E2E_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), bytes);
}
