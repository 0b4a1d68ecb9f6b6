// @ts-check
// Which tab this is. A tab keeps its name through reloads; a duplicate of it, which the browser gives the same
// name, takes a new one, so that the server can tell the two apart.

const patience = 150; // how long another tab has to say that it is there

/**
 * @param {string} attempt
 * @param {{another: () => void, taken: () => void}} on another: a tab opened the same paper; taken: it took it over
 * @returns {Promise<{name: string, take: () => void}>} take tells the other tabs that this one has the paper now
 */
export async function nameDevice(attempt, on) {
  const slot = `bainian.device.${attempt}`;
  let name = read(slot) ?? random();
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`bainian.attempt.${attempt}`) : null;
  if (channel) {
    let doubled = false;
    channel.onmessage = ({ data }) => {
      if (data.say === "hello") {
        on.another();
        channel.postMessage({ say: "here", name });
      }
      if (data.say === "here" && data.name === name) doubled = true;
      if (data.say === "mine") on.taken();
    };
    channel.postMessage({ say: "hello" });
    await new Promise((done) => setTimeout(done, patience));
    if (doubled) name = random();
  }
  try {
    sessionStorage.setItem(slot, name);
  } catch {
    // Then a reload counts as a new device, and asks.
  }
  return { name, take: () => channel?.postMessage({ say: "mine" }) };
}

/** @param {string} slot */
function read(slot) {
  try {
    return sessionStorage.getItem(slot);
  } catch {
    return null;
  }
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
