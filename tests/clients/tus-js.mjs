// Uploads files with tus-js-client, as the browser does: broken off and resumed, in parallel parts,
// with the first bytes in the creation, and with a length that comes last.
// Environment: SITE, LOGIN, PASSWORD, LISTING, FOLDER (four files: resumed, parallel, created, deferred).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tus from "tus-js-client";

const { SITE, LOGIN, PASSWORD, LISTING, FOLDER } = process.env;
const session = await fetch(`${SITE}/api/v1/session`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ login: LOGIN, password: PASSWORD }),
});
if (!session.ok) throw new Error(`sign-in: ${session.status}`);
const cookie = session.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
const headers = { Cookie: cookie, "X-CSRF-Token": (await session.json()).csrf };

function upload(name, source, options, stopAfter) {
  return new Promise((resolve, reject) => {
    const job = new tus.Upload(source, {
      endpoint: `${SITE}/api/v1/uploads`,
      headers,
      metadata: { filename: `${name}.jpg`, filetype: "image/jpeg", listing: LISTING },
      retryDelays: [0, 200, 1000],
      onError: reject,
      onSuccess: () => resolve(job.url),
      onChunkComplete: (_size, accepted) => {
        if (stopAfter !== undefined && accepted >= stopAfter) job.abort().then(() => resolve(job.url), reject);
      },
      ...options,
    });
    job.start();
  });
}

const bytes = (name) => readFileSync(join(FOLDER, name));
const half = await upload("resumed", bytes("resumed"), { chunkSize: 400_000 }, 800_000);
await upload("resumed", bytes("resumed"), { chunkSize: 400_000, uploadUrl: half });
await upload("parallel", bytes("parallel"), { parallelUploads: 3 });
await upload("created", bytes("created"), { uploadDataDuringCreation: true });
// From memory: with a stream, 4.3.1 waits for ever when the last chunk is a short one.
await upload("deferred", bytes("deferred"), {
  chunkSize: 300_000,
  uploadLengthDeferred: true,
});
console.log("done");
