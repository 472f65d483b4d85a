/**
 * Addresses of scripts that this program itself begins. Pages send `require-trusted-types-for 'script'`: what comes from
 * anywhere else can never become a script, in whatever way it gets into the page (https://www.w3.org/TR/trusted-types/).
 */

interface Policy {
  createScriptURL: (address: string) => string;
}

declare global {
  interface Window {
    trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy };
  }
}

function own(address: string): string {
  const url = new URL(address, location.href);
  const known = url.pathname.startsWith("/assets/") || url.pathname === "/console/offline.js";
  if (url.origin !== location.origin || !known) throw new TypeError(`${address} is no script of ours`);
  return address;
}

/** The one policy that the server's `trusted-types` names. */
const policy: Policy = window.trustedTypes?.createPolicy("kanfang", { createScriptURL: own }) ?? {
  createScriptURL: own,
};

/** A script of ours, as browsers want it where workers begin. */
export const scriptAddress = (address: string): string => policy.createScriptURL(address);
