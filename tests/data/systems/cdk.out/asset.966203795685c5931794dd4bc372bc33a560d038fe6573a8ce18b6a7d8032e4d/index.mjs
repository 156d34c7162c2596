// Answers GET /products.
const products = [
  { sku: "SKU-104", name: "Reading lamp", unitPrice: 29.95 },
  { sku: "SKU-118", name: "Desk fan", unitPrice: 25 },
  { sku: "SKU-231", name: "Light bulb", unitPrice: 3.5 },
];

export async function handler() {
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ products }),
  };
}
