/** Pictures that lie beside the panoramas, of hotspots and of the plan: each is shown only if it is the one that was published. */
import { gate } from "../stage/gate.ts";
import { LoadError } from "../stage/texture-store.ts";

/** What has been loaded, by address; it stays as long as the page. The browser lets go of what it need not hold. */
const known = new Map<string, Promise<string>>();

/**
 * Loads a picture, has it checked and gives `show` an address for it. Fails when it does not come, or is not what was
 * published.
 */
export async function showPublished(url: string, show: (address: string) => void): Promise<void> {
  show(await addressOf(url));
}

function addressOf(url: string): Promise<string> {
  const there = known.get(url);
  if (there) return there;
  const made = load(url);
  known.set(url, made);
  // The next who asks tries again.
  made.catch(() => known.delete(url));
  return made;
}

async function load(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new LoadError(`${url}: HTTP ${response.status}`, response.status);
  return URL.createObjectURL(await gate.pass(url, await response.blob()));
}
