// Keeps one handler of Node.js warm. Arguments: folder, handler (`index.handler`).
// A line of standard input is {"id", "event", "context"}; a line of descriptor 3 is {"ready"} before each of them, {"failed"}
// in its place where the code does not load, {"id", "result"} or {"id", "error"}. Both outputs get a line with the id between
// two U+001E before each answer, where the log of a call ends. Between calls the process stands still, as Lambda freezes it.
import { existsSync, readFileSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";

const [folder, handlerName] = process.argv.slice(2);
/** The version of the runtime in Lambda, where one is named. */
const version = Number(process.env.AWS_EXECUTION_ENV?.match(/nodejs(\d+)/)?.[1]);

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

// What was written last must not come after the mark of its call.
for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);

const say = (text) => writeAll(3, text + "\n");

let unread = Buffer.alloc(0);

/** The next line of standard input; waits for it and lets nothing else happen meanwhile. */
function nextLine() {
  const parts = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    const end = unread.indexOf(10);
    if (end >= 0) {
      parts.push(unread.subarray(0, end));
      unread = unread.subarray(end + 1);
      return Buffer.concat(parts).toString();
    }
    parts.push(unread);
    const count = readSync(0, chunk);
    if (count === 0) return undefined;
    unread = Buffer.from(chunk.subarray(0, count));
  }
}

function described(error) {
  const isError = () => ["name", "message", "stack"].every((field) => error?.[field] && typeof error[field] === "string");
  try {
    return types.isNativeError(error) || isError()
      ? { errorType: error.name, errorMessage: error.message, trace: error.stack.split("\n") }
      : { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "what was thrown has no message, name or stack that can be read" };
  }
}

const named = (name, message) => Object.assign(new Error(message), { name });

/** Whether the `package.json` that counts for a file makes it an ES module. */
function isModule(file) {
  for (let place = dirname(file); basename(place) !== "node_modules"; place = dirname(place)) {
    try {
      return JSON.parse(readFileSync(join(place, "package.json"))).type === "module";
    } catch (error) {
      if (error.code !== "ENOENT" || place === dirname(place)) return false;
    }
  }
  return false;
}

/** `src/index.a.b` is the member b of the export a of the module src/index. */
async function load() {
  if (handlerName.includes("..")) throw named("Runtime.MalformedHandlerName", `'${handlerName}' leads out of its folder`);
  const [, module, path] = basename(handlerName).match(/^([^.]*)\.(.*)$/) ?? [];
  if (!module || !path) throw named("Runtime.MalformedHandlerName", "Bad handler");
  const base = resolve(folder, dirname(handlerName), module);
  const require = createRequire(join(folder, "index.js"));
  const file = [base, base + ".js", base + ".mjs", base + ".cjs", base + ".ts"].find((path) => existsSync(path));
  let loaded;
  try {
    const imported = file?.match(/\.m?[jt]s$/) && (!file.endsWith(".js") || isModule(file));
    loaded = imported ? await import(pathToFileURL(file).href) : require(file ?? require.resolve(module, { paths: [folder] }));
  } catch (error) {
    // Which line it was, stands in the log.
    console.error(error);
    if (error?.code === "ERR_UNKNOWN_FILE_EXTENSION") {
      const words = `${basename(file)} is not run by Node.js ${process.version}: build the function, and name the folder of what was built`;
      throw named("Runtime.ImportModuleError", words);
    }
    if (error instanceof SyntaxError) throw named("Runtime.UserCodeSyntaxError", String(error));
    if (error?.code === "MODULE_NOT_FOUND") throw named("Runtime.ImportModuleError", String(error));
    throw error;
  }
  const handler = path.split(".").reduce((value, key) => value && value[key], loaded);
  if (!handler) throw named("Runtime.HandlerNotFound", `${handlerName} is undefined or not exported`);
  if (typeof handler !== "function") throw named("Runtime.HandlerNotFound", `${handlerName} is not a function`);
  if (version >= 24 && handler.length > 2) {
    throw named("Runtime.CallbackHandlerDeprecated", "From nodejs24.x on no handler calls back: make it async");
  }
  return handler;
}

/** Ends the call that runs with an error; before the handler has loaded there is none. */
let crash = (error) => say(JSON.stringify({ failed: described(error) }));
/** What happens when there is nothing left to do. */
let idle = () => {};

function answer(id, member) {
  for (const output of [1, 2]) {
    try {
      writeAll(output, `\u001e${id}\u001e\n`);
    } catch {
      // A handler has closed it: its log has ended already.
    }
  }
  say(`{"id":${JSON.stringify(id)},${member}}`);
}

function serve(handler) {
  say('{"ready":true}');
  const line = nextLine();
  if (line === undefined) process.exit(0);
  const { id, event, context } = JSON.parse(line);
  const { remaining, ...facts } = context;
  const end = Date.now() + remaining;
  let answered = false;
  const once = (action) => {
    if (answered) return;
    answered = true;
    idle = () => {};
    action();
    setImmediate(serve, handler);
  };
  const fail = (error) => once(() => answer(id, `"error":${JSON.stringify(described(error))}`));
  const succeed = (result) => {
    let text;
    try {
      text = JSON.stringify(result) ?? "null";
    } catch {
      return fail(new Error("Unable to stringify response body"));
    }
    once(() => answer(id, `"result":${text}`));
  };
  let called = false;
  const callback = (error, result) => {
    if (called || answered) return;
    called = true;
    if (error !== undefined && error !== null) fail(error);
    else if (whole.callbackWaitsForEmptyEventLoop) idle = () => succeed(result);
    else succeed(result);
  };
  const done = (error, result) => (error !== undefined && error !== null ? fail(error) : succeed(result));
  const whole = {
    ...facts,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => end - Date.now(),
    done,
    succeed,
    fail: (error) => fail(error ?? "handled"),
  };
  crash = fail;
  // A handler that neither promises anything nor calls back has no result, once nothing is left to do.
  idle = () => succeed(null);
  try {
    const returned = handler(event, whole, callback);
    if (typeof returned?.then === "function") returned.then(succeed, whole.fail);
    else if (returned === undefined || handler.length > 2) return;
    else if (version < 24) console.error(`nodejs${version}.x takes no result of a handler that is not async`);
    else succeed(returned);
  } catch (error) {
    fail(error);
  }
}

process.on("beforeExit", () => idle());
process.on("uncaughtException", (error) => {
  console.error(error);
  crash(error);
  process.exit(129);
});
process.on("unhandledRejection", (reason) => {
  console.error(reason);
  crash(named("Runtime.UnhandledPromiseRejection", String(reason)));
  process.exit(128);
});

load().then(serve, (error) => {
  crash(error);
  process.exit(1);
});
