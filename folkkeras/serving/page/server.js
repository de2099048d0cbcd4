// Asks the server, which keeps nothing: each request holds all that its answer needs.

"use strict";

const LARGEST = 1_000_000; // characters of a text in an address
const GONE = "The server does not answer: is folk compose still running?";

/** An error in one sentence; `retry` is the number of seconds after which to try again, and `refused` is whether the
 * same request would always fail. */
class ServerError extends Error {
  constructor(message, retry, refused = false) {
    super(message);
    this.retry = retry;
    this.refused = refused;
  }
}

async function send(path, values, signal) {
  let answer;
  try {
    const body = values && JSON.stringify(values);
    const headers = { "Content-Type": "application/json" };
    answer = await fetch(path, values ? { method: "POST", headers, body, signal } : { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(GONE);
  }
  if (answer.ok) return answer;
  const { error, retry } = await answer.json().catch(() => ({ error: "The server failed." }));
  throw new ServerError(sentence(error), retry, [400, 413].includes(answer.status));
}

/** What the server answers, as values. */
async function ask(path, values, signal) {
  return (await send(path, values, signal)).json();
}

/** The chunks of a stream, which not every browser can iterate over itself. */
async function* chunks(readable) {
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The values of each line of a stream, as they come. */
async function* stream(path, values, signal) {
  const answer = await send(path, values, signal);
  let rest = "";
  try {
    for await (const chunk of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines.map((each) => JSON.parse(each))) {
        if (line.error) throw new ServerError(sentence(line.error));
        yield line;
      }
    }
  } catch (error) {
    throw error.name === "AbortError" || error instanceof ServerError ? error : new ServerError(GONE);
  }
}

/** A file from the server, saved under the name that it gives. */
async function download(path, values) {
  const answer = await send(path, values);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function sentence(text) {
  const clear = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(clear) ? clear : `${clear}.`;
}

/** A tune's text as part of an address: deflated where the browser can. */
async function packed(text) {
  const bytes = new TextEncoder().encode(text);
  if (typeof CompressionStream === "undefined") return `p${base64(bytes)}`;
  const small = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return `d${base64(new Uint8Array(await new Response(small).arrayBuffer()))}`;
}

/** The text of an address that `packed` made; null if it is damaged. */
async function unpacked(address) {
  try {
    const letters = atob(address.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    if (address[0] === "p") return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (address[0] !== "d") return null;
    const large = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const decoder = new TextDecoderStream("utf-8", { fatal: true });
    let text = "";
    for await (const piece of chunks(large.pipeThrough(decoder))) {
      text += piece;
      if (text.length > LARGEST) return null; // a few letters may stand for gigabytes
    }
    return text;
  } catch {
    return null;
  }
}

function base64(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
