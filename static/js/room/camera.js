// @ts-check
// The camera, where the exam asks for it and the person has switched it on: counts faces in this browser, and takes
// pictures only where the exam keeps them. Nothing is recognised, and without pictures nothing but a number leaves here.

const look = 5000; // ms between two counts
const soon = 1000; // ms after which a count that is new is looked at again: one alone may be a blink of the detector
const again = 60_000; // ms after which an unchanged count is said again
const first = { least: 3000, more: 5000 }; // ms before the first picture
const shots = { least: 20_000, more: 20_000 }; // ms between two, at random so that nobody can wait for one
const width = 320;
const height = 240;

/** @typedef {{saw: (kind: string, n?: number) => void, faces: (n: number) => void, stopped: () => void}} On */

export class Camera {
  faces = -1; // 0, 1, 2 for more, -1 while it cannot be told
  #before = -2; // the count before this one
  #said = { n: -2, at: 0 };
  #timer = 0;
  #shot = 0;

  /**
   * Asks for the camera and starts. Throws what the browser throws when the person or the machine says no.
   * @param {HTMLVideoElement} view @param {{pictures: string}} with pictures: where they go, "" for nowhere @param {On} on
   */
  static async start(view, { pictures }, on) {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: width }, height: { ideal: height }, facingMode: "user" }, audio: false });
    view.srcObject = stream;
    await view.play();
    return new Camera(stream, view, pictures, on);
  }

  /** @param {MediaStream} stream @param {HTMLVideoElement} view @param {string} pictures @param {On} on */
  constructor(stream, view, pictures, on) {
    this.stream = stream;
    this.view = view;
    this.pictures = pictures;
    this.on = on;
    this.canvas = document.createElement("canvas");
    this.canvas.width = width;
    this.canvas.height = height;
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    this.worker = new Worker(new URL("./faces.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this.#counted(data);
    this.worker.onerror = () => this.#counted(-1);
    for (const track of stream.getTracks()) track.onended = () => this.stop();
    on.saw("camera_on");
    this.#look();
    this.#timer = window.setInterval(() => this.#look(), look);
    if (pictures) this.#next(first);
  }

  /** Ends it; the page says so, and so does the journal. */
  stop() {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    clearTimeout(this.#shot);
    this.#timer = 0;
    this.worker.terminate();
    for (const track of this.stream.getTracks()) track.stop();
    this.view.srcObject = null;
    this.on.saw("camera_off");
    this.on.stopped();
  }

  #draw() {
    this.pen.drawImage(this.view, 0, 0, width, height);
  }

  #look() {
    if (this.view.readyState < 2) return;
    this.#draw();
    this.worker.postMessage(this.pen.getImageData(0, 0, width, height));
  }

  /** @param {number} n */
  #counted(n) {
    const steady = n === this.#before;
    this.#before = n;
    if (!this.#timer) return;
    if (!steady) return void setTimeout(() => this.#timer && this.#look(), soon);
    this.faces = n;
    this.on.faces(n);
    if (n < 0 || (n === this.#said.n && performance.now() - this.#said.at < again)) return;
    this.#said = { n, at: performance.now() };
    this.on.saw("faces", n);
  }

  /** @param {{least: number, more: number}} wait */
  #next(wait) {
    this.#shot = window.setTimeout(() => this.#shoot(), wait.least + Math.random() * wait.more);
  }

  async #shoot() {
    this.#draw();
    const picture = await new Promise((/** @type {BlobCallback} */ done) => this.canvas.toBlob(done, "image/jpeg", 0.7));
    // A picture that does not get through is not kept for later: that there is none says enough.
    if (picture) await fetch(`${this.pictures}&faces=${this.faces}`, { method: "POST", body: picture, headers: { "Content-Type": "application/octet-stream", Accept: "application/json" }, redirect: "manual" }).catch(() => {});
    if (this.#timer) this.#next(shots);
  }
}
