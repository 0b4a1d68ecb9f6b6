// @ts-check
// Camera and shared screen as the person sees them: asks once, says at all times what is on, and never keeps anybody
// from the paper. Saying no is an answer, and an invigilator learns of it.

import { Camera } from "./camera.js";
import { canShare, share, WrongSurface } from "./screen.js";
import { byId } from "./words.js";

/** @param {string} id @returns {HTMLElement | null} */
const maybe = (id) => document.getElementById(id);

export class Watching {
  /** @type {Camera | null} */
  #camera = null;
  /** @type {(() => void) | null} */
  #unshare = null;

  /** @param {{attempt: string, device: string, saw: (kind: string, n?: number) => void}} with */
  constructor({ attempt, device, saw }) {
    this.panel = byId("watching");
    this.pictures = this.panel.dataset.camera === "snapshots" ? `/attempts/${attempt}/snapshots?device=${encodeURIComponent(device)}` : "";
    this.saw = saw;
    maybe("camera-switch")?.addEventListener("click", () => (this.#camera ? this.#camera.stop() : this.#turnOn()));
    maybe("screen-switch")?.addEventListener("click", () => (this.#unshare ? this.#unshare() : this.#share()));
  }

  /** Asks, as the person enters the room. @returns {Promise<void>} kept once they have answered */
  ask() {
    const dialog = /** @type {HTMLDialogElement} */ (byId("watching-ask"));
    /** @type {() => void} */
    let answered = () => {};
    const asked = new Promise((/** @type {(value: void) => void} */ done) => (answered = done));
    byId("watching-yes").addEventListener("click", async () => {
      dialog.close();
      if (maybe("screen-switch")) await this.#share(); // first, while the click still counts as a gesture
      if (maybe("camera-switch")) await this.#turnOn();
      this.panel.scrollIntoView({ block: "nearest" });
      answered();
    });
    byId("watching-no").addEventListener("click", () => {
      dialog.close();
      if (maybe("camera-switch")) this.saw("camera_refused");
      if (maybe("screen-switch")) this.saw("screen_refused");
      answered();
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.showModal();
    return asked;
  }

  /** The paper is handed in, or goes on elsewhere. */
  stop() {
    this.#camera?.stop();
    this.#unshare?.();
  }

  async #turnOn() {
    const view = /** @type {HTMLVideoElement} */ (byId("camera-view"));
    try {
      this.#camera = await Camera.start(view, { pictures: this.pictures }, {
        saw: this.saw,
        faces: (n) => this.#say("camera", n < 0 ? "uncounted" : `faces${n}`),
        stopped: () => {
          this.#camera = null;
          view.hidden = true;
          this.#say("camera", "off");
        },
      });
      view.hidden = false;
      this.#say("camera", "on");
    } catch (/** @type {any} */ why) {
      this.saw("camera_refused");
      this.#say("camera", why.name === "NotAllowedError" ? "denied" : why.name === "NotReadableError" ? "inUse" : "missing");
    }
  }

  async #share() {
    if (!canShare()) return this.#say("screen", "unable");
    try {
      this.#unshare = await share({
        saw: this.saw,
        stopped: () => {
          this.#unshare = null;
          this.#say("screen", "off");
        },
      });
      this.#say("screen", "on");
    } catch (why) {
      if (!(why instanceof WrongSurface)) this.saw("screen_refused");
      this.#say("screen", why instanceof WrongSurface ? "wrong" : "denied");
    }
  }

  /** @param {"camera" | "screen"} what @param {string} how */
  #say(what, how) {
    const line = byId(`${what}-state`);
    line.textContent = line.dataset[how] ?? "";
    line.dataset.now = how;
    const button = byId(`${what}-switch`);
    const running = what === "camera" ? this.#camera : this.#unshare;
    button.textContent = (running ? button.dataset.off : button.dataset.on) ?? "";
  }
}
