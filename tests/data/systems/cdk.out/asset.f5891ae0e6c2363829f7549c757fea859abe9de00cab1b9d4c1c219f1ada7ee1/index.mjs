// Takes one item out of the free stock.
const stock = { "SKU-104": 12, "SKU-118": 40, "SKU-231": 0 };

class OutOfStock extends Error {
  name = "OutOfStock";
}

export async function handler({ orderId, sku, quantity }) {
  const left = stock[sku] ?? 0;
  if (left === 0) throw new OutOfStock(`${sku} is sold out`);
  if (quantity > left) throw new OutOfStock(`Only ${left} of ${sku} are left`);
  return { sku, quantity, holdId: `hold-${orderId}-${sku}` };
}
