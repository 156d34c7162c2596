// Checks that every product is sold and works out the total.
const prices = { "SKU-104": 29.95, "SKU-118": 25, "SKU-231": 3.5 };

class OrderRejected extends Error {
  name = "OrderRejected";
}

export async function handler({ items }) {
  let total = 0;
  for (const { sku, quantity } of items) {
    if (!(sku in prices)) throw new OrderRejected(`${sku} is not sold here`);
    total += prices[sku] * quantity;
  }
  return { valid: true, total: Math.round(total * 100) / 100 };
}
