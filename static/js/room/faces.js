// @ts-check
// A worker that counts the faces in a picture, so that counting does not hold up whoever writes. Pictures come in,
// numbers go out.

// @ts-ignore: a vendored module without types
import { count, load } from "../../vendor/faces/faces.min.js";

const here = new URL("../../vendor/faces/", import.meta.url);
const size = 320; // points of a side that the detector looks at
const surely = 0.5; // how sure it must be that something is a face

const ready = (async () => {
  const [weights, bytes] = await Promise.all([fetch(new URL("weights.json", here)), fetch(new URL("weights.bin", here))]);
  if (!weights.ok || !bytes.ok) throw new Error("the weights did not come");
  await load(await weights.json(), await bytes.arrayBuffer());
})();

/** @param {MessageEvent<ImageData>} message */
self.onmessage = async ({ data }) => {
  try {
    await ready;
    self.postMessage(Math.min(2, await count(data, size, surely)));
  } catch {
    self.postMessage(-1); // it cannot be told
  }
};
