// Answers GET /orders/{id}.
export async function handler({ pathParameters }) {
  const body = { status: "error", error: "NotFound", message: `There is no order ${pathParameters.id}` };
  return { statusCode: 404, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
