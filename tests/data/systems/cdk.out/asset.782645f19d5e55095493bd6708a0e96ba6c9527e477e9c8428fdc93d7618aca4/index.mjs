// Writes the order once.
export async function handler({ orderId }) {
  return { key: `ORDER#${orderId}` };
}
