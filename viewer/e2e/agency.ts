/** A site of its own for a test: court, agency and a listing, and the agency's member signed in in a browser. */
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "./chromium.ts";
import { AGENT, type Site, siteWithListing } from "./people.ts";
import { newPage, type Server, signIn, startServer } from "./server.ts";

export interface AgencyAtWork {
  server: Server;
  browser: Browser;
  page: Page;
  /** Errors of the page. */
  complaints: string[];
  site: Site;
}

/** `size`: of the window, pixels; `environment`: settings of the server. */
export async function agencyAtWork(
  size: [width?: number, height?: number] = [],
  environment: Record<string, string> = {},
  /** Further arguments of the browser. */
  more: string[] = [],
): Promise<AgencyAtWork> {
  const server = await startServer(environment);
  try {
    const browser = await startBrowser(...more);
    const { page, complaints } = await newPage(browser, ...size);
    const site = await siteWithListing(server);
    await signIn(page, server.url, AGENT.login, AGENT.password);
    return { server, browser, page, complaints, site };
  } catch (problem) {
    await server.stop();
    throw problem;
  }
}
