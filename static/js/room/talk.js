// @ts-check
// What those who watch say to the candidate, and the candidate's call to them. The server says in a number, with
// everything it says of the time, how much there is; whoever knows of less asks for the words. A message stays in front
// until the person says that they read it, over a reload too, and that word is repeated until it has arrived.

import { byId, say } from "./words.js";
import { Failure } from "./wire.js";

/**
 * @typedef {{id: string, text: string, by: string, all: boolean, clock: string, seen: boolean}} Message
 * @typedef {{news: number, messages: Message[], call: {open: boolean, by: string, clock: string} | null}} News
 */

export class Talk {
  #known; // how much the page has asked for
  #wanted; // how much there is, as far as the server said
  #asking = false;
  /** @type {Message[]} */
  #messages = [];
  /** @type {Set<string>} messages that the person has read, whether or not the server knows */
  #read = new Set();
  /** @type {Set<string>} those of them that the server has still to be told of */
  #owed = new Set();
  #open = false; // a call waits for its answer

  /** @param {{wire: import("./wire.js").Wire, device: string, watched: boolean, news: number}} with */
  constructor({ wire, device, watched, news }) {
    this.wire = wire;
    this.device = device;
    this.watched = watched;
    this.#wanted = news;
    this.#known = watched || news > 0 ? -1 : 0;
    byId("message-seen").addEventListener("click", () => this.#seen());
    if (!watched) return;
    byId("call").addEventListener("click", () => this.#openCall());
    byId("call-back").addEventListener("click", () => this.#withdraw());
    byId("calling-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#call();
    });
  }

  /** The server said how much there is. @param {number} news */
  told(news) {
    this.#wanted = Math.max(this.#wanted, news ?? 0);
    this.look();
  }

  /** Asks for what is new, and says what is owed. */
  async look() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#known < this.#wanted || this.#known < 0) await this.#ask();
      for (const id of this.#owed) {
        await this.wire.call("POST", `messages/${id}/reading`, { device: this.device });
        this.#owed.delete(id);
      }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure; // the next word of the server tries again
      if (failure.trouble === "over" || failure.trouble === "foreign") this.#owed.clear();
    } finally {
      this.#asking = false;
    }
  }

  async #ask() {
    /** @type {News} */
    const news = await this.wire.call("GET", "news");
    this.#known = Math.max(0, news.news);
    this.#wanted = Math.max(this.#wanted, this.#known);
    this.#messages = news.messages;
    for (const message of news.messages) if (message.seen) this.#read.add(message.id);
    this.#list();
    this.#next();
    if (this.watched) this.#showCall(news.call);
  }

  /** Puts the oldest unread message in front. */
  #next() {
    const dialog = /** @type {HTMLDialogElement} */ (byId("message"));
    const message = this.#messages.find(({ id }) => !this.#read.has(id));
    if (!message || dialog.dataset.of === message.id) return;
    dialog.dataset.of = message.id;
    byId("message-from").textContent = this.#from(message);
    byId("message-text").textContent = message.text;
    if (!dialog.open) dialog.showModal();
    byId("message-title").focus(); // and not the button: a key that was on its way must not answer
  }

  #seen() {
    const dialog = /** @type {HTMLDialogElement} */ (byId("message"));
    const id = dialog.dataset.of ?? "";
    this.#read.add(id);
    this.#owed.add(id);
    dialog.close();
    delete dialog.dataset.of;
    this.#next();
    this.look();
  }

  /** @param {Message} message */
  #from(message) {
    const from = say.words("messageFrom", { name: message.by, time: message.clock });
    return message.all ? `${from} · ${say.words("messageAll")}` : from;
  }

  /** All messages so far, to read again. */
  #list() {
    byId("messages").hidden = this.#messages.length === 0;
    byId("messages-n").textContent = String(this.#messages.length);
    byId("messages-list").replaceChildren(...this.#messages.map((message) => {
      const line = document.createElement("li");
      const from = document.createElement("p");
      from.className = "quiet";
      from.textContent = this.#from(message);
      const text = document.createElement("p");
      text.className = "kept";
      text.textContent = message.text;
      line.append(from, text);
      return line;
    }));
  }

  /** @param {News["call"]} call */
  #showCall(call) {
    this.#open = call?.open ?? false;
    byId("call-back").hidden = !this.#open;
    byId("call-words").textContent = this.#open ? say.words("callWaiting") : call?.by ? say.words("callAnswered", { name: call.by, time: call.clock }) : "";
  }

  #openCall() {
    if (this.#open) return byId("call-back").focus();
    byId("calling-failed").hidden = true;
    /** @type {HTMLDialogElement} */ (byId("calling")).showModal();
    byId("calling-text").focus();
  }

  async #call() {
    const text = /** @type {HTMLTextAreaElement} */ (byId("calling-text"));
    try {
      await this.wire.call("POST", "calls", { device: this.device, text: text.value });
      text.value = "";
      /** @type {HTMLDialogElement} */ (byId("calling")).close();
    } catch (/** @type {any} */ failure) {
      byId("calling-failed").textContent = failure.trouble === "refused" ? failure.message : say.words("failed");
      byId("calling-failed").hidden = false;
    }
    this.#again();
  }

  async #withdraw() {
    await this.wire.call("POST", "calls/withdrawal", { device: this.device }).catch(() => say("failed"));
    this.#again();
  }

  #again() {
    this.#known = -1;
    this.look();
  }
}
