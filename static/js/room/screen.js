// @ts-check
// The shared screen, where the exam asks for it: which kind of surface it is and when it ends is kept, and nothing of
// what it shows. The browser lets the person choose, so the choice can only be looked at.

/** What was chosen instead of the whole screen. */
export class WrongSurface extends Error {}

/**
 * Asks for the whole screen. Throws WrongSurface for a window or a tab, and what the browser throws when the person says no.
 * @param {{saw: (kind: string, n?: number) => void, stopped: () => void}} on @returns {Promise<() => void>} what ends it
 */
export async function share(on) {
  // @ts-ignore: not in every browser's types yet, and left alone where it is not known
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { displaySurface: "monitor", frameRate: 1 }, audio: false, monitorTypeSurfaces: "include" });
  const [track] = stream.getVideoTracks();
  const surface = track.getSettings().displaySurface ?? ""; // unknown in some browsers, which is no fault of the person
  if (surface !== "monitor" && surface !== "") {
    track.stop();
    on.saw("screen_wrong");
    throw new WrongSurface(surface);
  }
  on.saw("screen_on", surface === "monitor" ? 1 : 0);
  const ended = () => {
    track.onended = null;
    track.stop();
    on.saw("screen_off");
    on.stopped();
  };
  track.onended = ended;
  return ended;
}

/** Whether this browser can share a screen at all: phones cannot. */
export const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);
