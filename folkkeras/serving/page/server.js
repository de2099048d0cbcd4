// Asks the server, which keeps nothing: each request holds all that its answer needs.

"use strict";

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

/** The values of each line of a stream, as they come. */
async function* stream(path, values, signal) {
  const answer = await send(path, values, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw error.name === "AbortError" ? error : new ServerError(GONE);
      });
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines.map((each) => JSON.parse(each))) {
        if (line.error) throw new ServerError(sentence(line.error));
        yield line;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
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
    return new TextDecoder("utf-8", { fatal: true }).decode(await new Response(large).arrayBuffer());
  } catch {
    return null;
  }
}

function base64(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
