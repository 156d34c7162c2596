// The functions of the sample order-processing, to be run on this machine: see docs/backends.md.
import { change, OrderRejected, OutOfStock, PaymentDeclined } from "./stock.mjs";

const prices = { "SKU-104": 29.95, "SKU-118": 25, "SKU-200": 120 };

export async function validate({ orderId, items }) {
  console.log(`order ${orderId}: ${items.length} items`);
  let cents = 0;
  for (const { sku, quantity } of items) {
    if (!(sku in prices)) throw new OrderRejected(`there is no product ${sku}`);
    if (!(quantity > 0)) throw new OrderRejected(`${quantity} of ${sku} cannot be ordered`);
    cents += Math.round(prices[sku] * 100) * quantity;
  }
  return { valid: true, total: cents / 100 };
}

export async function reserve({ hold, orderId, sku, quantity }) {
  return change((stock) => {
    // A call that nobody waits for any more goes on, and may come after everything was given back.
    if (stock.closed.includes(hold)) throw new OrderRejected(`order ${orderId} was given back already`);
    const free = stock.free[sku] ?? 0;
    console.log(`${sku}: ${free} free, ${quantity} wanted`);
    if (free < quantity) throw new OutOfStock(`only ${free} of ${sku} are free`);
    stock.free[sku] = free - quantity;
    const held = (stock.held[hold] ??= {});
    held[sku] = (held[sku] ?? 0) + quantity;
    return { sku, quantity, holdId: `${hold}/${sku}` };
  });
}

/** Gives back what an order holds, which may be less than it asked for; doing it twice changes nothing. */
export async function release({ hold, orderId }) {
  return change((stock) => {
    const held = stock.held[hold] ?? {};
    for (const [sku, quantity] of Object.entries(held)) stock.free[sku] += quantity;
    delete stock.held[hold];
    if (!stock.closed.includes(hold)) stock.closed.push(hold);
    console.log(`order ${orderId}: gave back ${JSON.stringify(held)}`);
    return { released: held };
  });
}

/** A token that begins with tok_declined is refused, every time. */
export async function pay({ processor, orderId, amount, token }) {
  console.log(`${processor} is asked for ${amount}`);
  if (String(token).startsWith("tok_declined")) throw new PaymentDeclined(`${processor} declined ${amount}`);
  return { chargeId: `ch_${orderId}`, captured: true };
}

export async function refund({ chargeId }) {
  console.log(`refunding ${chargeId}`);
  return { refundId: `re_${chargeId}` };
}
