// The stock of the sample: a file, since workers of several functions share it. STOCK_FILE says where; a new one holds ten of each.
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const file = process.env.STOCK_FILE ?? join(tmpdir(), "stepwright-order-processing-stock.json");
const fresh = { free: { "SKU-104": 10, "SKU-118": 10, "SKU-200": 10 }, held: {}, closed: [] };

/** Milliseconds; a change takes a few of them, so a lock that is older belongs to nobody. */
const oldest = 1000;

/** Changes the stock; nobody else changes it meanwhile. */
export function change(work) {
  const lock = `${file}.lock`;
  const until = Date.now() + 2000;
  for (;;) {
    try {
      closeSync(openSync(lock, "wx"));
      break;
    } catch (error) {
      if (error.code !== "EEXIST" || Date.now() > until) throw new InventoryBusy("the stock is in use");
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > oldest) rmSync(lock, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  try {
    const stock = { ...structuredClone(fresh), ...(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}) };
    const result = work(stock);
    writeFileSync(file, JSON.stringify(stock));
    return result;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Errors are caught by their names in the workflow, as in Lambda. */
const named = (name) =>
  class extends Error {
    name = name;
  };
export const InventoryBusy = named("InventoryBusy");
export const OutOfStock = named("OutOfStock");
export const OrderRejected = named("OrderRejected");
export const PaymentDeclined = named("PaymentDeclined");
