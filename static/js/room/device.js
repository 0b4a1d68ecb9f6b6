// @ts-check
// Which tab this is. A tab keeps its name through reloads; a duplicate of it, which the browser gives the same
// name, takes a new one, so that the server can tell the two apart.

const patience = 150; // how long another tab has to say that it is there

/**
 * @param {string} attempt @param {() => void} another called when another tab opens the same paper
 * @returns {Promise<string>}
 */
export async function nameDevice(attempt, another) {
  const slot = `bainian.device.${attempt}`;
  const self = random();
  let name = read(slot) ?? random();
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`bainian.attempt.${attempt}`) : null;
  if (channel) {
    let taken = false;
    channel.onmessage = ({ data }) => {
      if (data.from === self) return;
      if (data.hello) {
        another();
        channel.postMessage({ from: self, present: name });
      }
      if (data.present === name) taken = true;
    };
    channel.postMessage({ from: self, hello: true });
    await new Promise((done) => setTimeout(done, patience));
    if (taken) name = random();
  }
  try {
    sessionStorage.setItem(slot, name);
  } catch {
    // Then a reload counts as a new device, and asks.
  }
  return name;
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
