// Keeps one handler of Node.js warm. Arguments: folder, handler (`index.handler`).
// A line of standard input is {"id", "event", "context"}; a line of descriptor 3 is {"ready"}, {"id", "result"} or
// {"id", "error"}. After each answer both outputs get a line with the id between two U+001E, where the log of a call ends.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, handlerName] = process.argv.slice(2);

function writeAll(descriptor, text) {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(descriptor, bytes, from);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const say = (message) => writeAll(3, JSON.stringify(message) + "\n");

function described(error) {
  if (error instanceof Error || (error && typeof error === "object" && "message" in error)) {
    const trace = String(error.stack ?? "").split("\n");
    return { errorType: error.name ?? "Error", errorMessage: String(error.message), trace };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

async function load() {
  const split = handlerName.lastIndexOf(".");
  const [module, name] = [handlerName.slice(0, split), handlerName.slice(split + 1)];
  const base = resolve(folder, module);
  const file = [base + ".js", base + ".mjs", base + ".cjs", base + ".ts", base].find((path) => existsSync(path));
  if (!file) {
    throw Object.assign(new Error(`Cannot find module '${module}' in ${folder}`), { name: "Runtime.ImportModuleError" });
  }
  let loaded;
  try {
    loaded = file.endsWith(".cjs") ? createRequire(file)(file) : await import(pathToFileURL(file).href);
  } catch (error) {
    const name = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : "Runtime.ImportModuleError";
    throw Object.assign(new Error(`${described(error).errorMessage}\n${error.stack ?? ""}`), { name });
  }
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { name: "Runtime.HandlerNotFound" });
  }
  return handler;
}

function invoke(handler, event, context) {
  return new Promise((done, failed) => {
    const end = Date.now() + context.remaining;
    const finish = (error, result) => (error ? failed(error) : done(result));
    const whole = {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
      done: finish,
      succeed: (result) => finish(null, result),
      fail: (error) => finish(error ?? new Error("handled")),
    };
    const returned = handler(event, whole, finish);
    if (returned && typeof returned.then === "function") returned.then(done, failed);
    else if (handler.length < 3 && returned !== undefined) done(returned);
    else if (handler.length < 2) done(returned);
  });
}

process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(129);
});
process.on("unhandledRejection", (error) => {
  console.error(error);
  process.exit(128);
});

let handler;
try {
  handler = await load();
  say({ ready: true });
} catch (error) {
  say({ failed: described(error) });
  process.exit(1);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, event, context } = JSON.parse(line);
  let answer;
  try {
    const result = await invoke(handler, event, context);
    answer = { id, result: result === undefined ? null : result };
    JSON.stringify(answer);
  } catch (error) {
    answer = { id, error: described(error) };
  }
  for (const output of [1, 2]) writeAll(output, `\u001e${id}\u001e\n`);
  say(answer);
}
process.exit(0);
